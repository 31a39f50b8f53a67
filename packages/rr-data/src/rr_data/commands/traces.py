"""`rr-data traces`: tuning examples with thoughts, from the answers of tools that never saw the targets."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from rr_data.cli_output import print_json
from rr_data.commands.example_panels import message_text, print_examples
from rr_data.commands.wordings import Wordings
from rr_data.errors import OptionError
from rr_data.prepared import PreparedDataset
from rr_data.prompts.evidence_noise import EvidenceNoise
from rr_data.prompts.query_table import write_queries
from rr_data.prompts.sft_table import write_sft_rows
from rr_data.prompts.trace_table import write_trace_table
from rr_data.prompts.trace_training import TOOL_TASKS, trace_training
from rr_data.prompts.training_rows import HISTORY_LENGTH, PICTURES, training_queries, training_rows

_TOOLS, _QUESTIONS, _PROMPTS = "Tools", "Questions", "Prompts"


def traces(
    folder: Annotated[Path, typer.Argument(help="A prepared dataset.")],
    predictions: Annotated[
        list[Path] | None,
        typer.Option(
            help="Tools' predictions for the training queries: a file or a folder; repeatable.", rich_help_panel=_TOOLS
        ),
    ] = None,
    validation: Annotated[
        list[Path] | None,
        typer.Option(
            help="Their predictions for validation, to compare hit rates; repeatable.", rich_help_panel=_TOOLS
        ),
    ] = None,
    out: Annotated[Path | None, typer.Option(help="Write SFT rows with thoughts to this Parquet file.")] = None,
    thoughts: Annotated[
        Path | None, typer.Option(help="Write a table for people to this Parquet file: thoughts in tokens and words.")
    ] = None,
    show: Annotated[int, typer.Option(help="Print so many examples.")] = 0,
    ask: Annotated[
        Path | None, typer.Option(help="Write the queries that tools must answer to this Parquet file, and stop.")
    ] = None,
    task: Annotated[str, typer.Option(help="sequential, direct, ctr.", rich_help_panel=_QUESTIONS)] = "sequential",
    tool: Annotated[
        list[str] | None,
        typer.Option(help="A tool to use, in the order of the thoughts; repeatable; else all.", rich_help_panel=_TOOLS),
    ] = None,
    missing: Annotated[float, typer.Option(help="Share of answers to drop.", rich_help_panel=_TOOLS)] = 0.1,
    wrong: Annotated[
        float, typer.Option(help="Share of answers to take from another query.", rich_help_panel=_TOOLS)
    ] = 0.1,
    max_gap: Annotated[
        float,
        typer.Option(help="How much better than on validation a tool may be, beyond doubt.", rich_help_panel=_TOOLS),
    ] = 0.2,
    usable_at: Annotated[
        int, typer.Option(help="A tool is usable with the target among so many.", rich_help_panel=_TOOLS)
    ] = 5,
    answers_shown: Annotated[
        int, typer.Option(help="How many items of an answer a prompt shows.", rich_help_panel=_PROMPTS)
    ] = 3,
    windows: Annotated[
        int | None,
        typer.Option(help="sequential: ask once for so many items, not for every one.", rich_help_panel=_QUESTIONS),
    ] = None,
    candidates: Annotated[
        int | None, typer.Option(help="direct: size of a list; else as stored, or 100.", rich_help_panel=_QUESTIONS)
    ] = None,
    negatives: Annotated[int, typer.Option(help="direct: answers no for each yes.", rich_help_panel=_QUESTIONS)] = 4,
    per_user: Annotated[
        int | None,
        typer.Option(help="sequential, direct: at most so many items a user, drawn.", rich_help_panel=_QUESTIONS),
    ] = None,
    templates: Annotated[
        Path | None, typer.Option(help="A YAML file of your own templates and answer words.", rich_help_panel=_PROMPTS)
    ] = None,
    history: Annotated[
        int, typer.Option(help="How many items of a history are written.", rich_help_panel=_PROMPTS)
    ] = HISTORY_LENGTH,
    pictures: Annotated[
        int, typer.Option(help="How many of them with their picture; 0 for none.", rich_help_panel=_PROMPTS)
    ] = PICTURES,
    name_users: Annotated[
        bool, typer.Option("--name-users", help="Write user codes, as the paper does.", rich_help_panel=_PROMPTS)
    ] = False,
    seed: Annotated[int, typer.Option(help="Seed of everything that is drawn; the same with --ask.")] = 0,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Write prompts with tools' answers, thoughts and right answers, from predictions tables of honest tools.

    First ask: rr-data traces beauty --ask queries.parquet. Tools that never saw the targets answer those queries. Then:
    rr-data traces beauty --predictions answers.parquet --validation validation.parquet --out rows.parquet. A tool that
    hits over 20 % more often on the training queries than on validation, beyond chance, is refused.
    """
    if show < 0:
        raise OptionError("--show", show, "at least 0")
    data, noise = PreparedDataset.open(folder), EvidenceNoise(missing=missing, wrong=wrong, seed=seed)
    if task not in TOOL_TASKS:
        raise OptionError("--task", task, f"{', '.join(TOOL_TASKS)}; no tool is asked for an explanation")
    wordings = Wordings.read(templates).options(task)
    queries = training_queries(
        data, task, seed=seed, windows=windows, candidates=candidates, negatives=negatives, per_user=per_user
    )
    if ask is not None:
        _report({"path": str(ask), "queries": write_queries(queries, data, ask)}, as_json=as_json)
        return
    if not (predictions and validation and out is not None):
        raise OptionError("--predictions, --validation, --out", "not all of them", "all three, or --ask")
    traced = trace_training(
        data,
        queries,
        predictions=predictions,
        validation=validation,
        tools=tool,
        noise=noise,
        max_gap=max_gap,
        usable_at=usable_at,
        answers_shown=answers_shown,
    )
    rows = training_rows(
        data,
        traced.queries,
        seed=seed,
        traces=traced.evidence.traces,
        tools=traced.evidence.texts,
        history_length=history,
        pictures=pictures,
        name_users=name_users,
        **wordings,
    )
    summary: dict[str, Any] = {"path": str(out), "rows": write_sft_rows(rows, out)}
    if thoughts is not None:
        summary["thoughts"] = write_trace_table(data, traced, thoughts)
    shown = [rows[place] for place in range(min(show, len(rows)))]
    if as_json:
        summary["shown"] = [{side: message_text(row[side]) for side in ("prompt", "completion")} for row in shown]
    elif shown:
        print_examples(data, shown)
    _report(summary | traced.summary() | {"missing": missing, "wrong": wrong}, as_json=as_json)


def _report(summary: dict[str, Any], *, as_json: bool) -> None:
    if as_json:
        print_json(summary)
        return
    tools = summary.pop("tools", {})
    typer.echo(", ".join(f"{name.replace('_', ' ')} {value}" for name, value in summary.items()))
    for name, facts in tools.items():
        told = [f"{fact.replace('_', ' ')} {_short(value)}" for fact, value in facts.items()]
        typer.echo(f"  {name}: {', '.join(told)}")


def _short(value: Any) -> str:
    return f"{value:.4f}" if isinstance(value, float) else str(value)
