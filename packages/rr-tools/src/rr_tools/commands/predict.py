"""`rr-tools predict`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import chain
from pathlib import Path
from typing import Annotated

import typer

from rr_tools.artifact import read_card
from rr_tools.asked_pairs import AskedPairs, pairs_of_json_lines, pairs_of_prepared
from rr_tools.asked_queries import AskedQueries, of_json_lines, of_prepared
from rr_tools.commands.options import Json
from rr_tools.commands.output import print_json, progress_bar
from rr_tools.ensembles import Ensemble, MajorityVote, RankAverage
from rr_tools.errors import ConfigError
from rr_tools.explaining import TEXT_COLUMNS, explanations
from rr_tools.predicting import Row, predictions
from rr_tools.predictions_file import predictions_file
from rr_tools.runtime.explainer import TASK as EXPLANATION
from rr_tools.runtime.explainer import load_explainer
from rr_tools.runtime.tool import RuntimeTool, load_tool


class Part(StrEnum):
    """The part of a prepared dataset whose items are asked for."""

    VALIDATION = "validation"
    TEST = "test"


class Combine(StrEnum):
    """How several tools answer as one."""

    MAJORITY_VOTE = "majority-vote"
    RANK_AVERAGE = "rank-average"


class Task(StrEnum):
    """What the rows of the predictions table say they are."""

    SEQUENTIAL = "sequential"
    DIRECT = "direct"


def predict(
    artifacts: Annotated[list[Path], typer.Argument(help="Tool artifacts.")],
    *,
    out: Annotated[Path, typer.Option(help="File to write: .parquet (extra `train`) or .jsonl.")],
    data: Annotated[
        Path | None, typer.Option(help="A prepared dataset: what is asked, or the ids of --queries.")
    ] = None,
    queries: Annotated[
        Path | None,
        typer.Option(help='JSON lines such as {"user": 7, "history": [3, 1]}; for explainers {"user": 7, "item": 3}.'),
    ] = None,
    part: Annotated[
        Part, typer.Option(help="Whose items are asked for, given all before them, or explained.")
    ] = Part.TEST,
    candidates: Annotated[bool, typer.Option(help="Rank the dataset's candidates only.")] = False,
    k: Annotated[int, typer.Option(min=1, help="Length of the lists.")] = 20,
    ensemble: Annotated[Combine | None, typer.Option(help="Let the tools answer as one, too.")] = None,
    task: Annotated[Task | None, typer.Option(help="What the rows are; else what the tool was made for.")] = None,
    threads: Annotated[int, typer.Option(min=1, help="Threads a query may use.")] = 1,
    as_json: Json = False,
) -> None:
    """Write the tools' answers, or the explainers' texts, as a predictions table: one row a query and tool."""
    if all(read_card(folder).task == EXPLANATION for folder in artifacts):
        if candidates or ensemble or task:
            raise ConfigError("explainers rank nothing; leave --candidates, --ensemble and --task out")
        answers = _explanations(artifacts, _asked_pairs(data, queries, part), threads)
    else:
        asked = _asked(data, queries, part, candidates=candidates)
        answers = _rankings(artifacts, asked, threads, ensemble, k, None if task is None else task.value)
    done = 0
    with predictions_file(out, more=answers.more) as write, progress_bar("asking") as progress:
        for rows in answers.batches:
            write(rows)
            done += len(rows)
            progress(done, answers.total, rows[0]["system"])
    if as_json:
        print_json({"rows": done, "systems": answers.systems, "file": str(out)})
    else:
        typer.echo(f"{out}: {done:,} answers of {', '.join(answers.systems)}")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Answers:
    """What is written: who answers, batches of rows, how many rows that will be, and columns that only these have."""

    systems: list[str]
    batches: Iterator[list[Row]]
    total: int
    more: Sequence[str] = ()


def _rankings(
    artifacts: list[Path], asked: AskedQueries, threads: int, ensemble: Combine | None, k: int, task: str | None
) -> _Answers:
    tools = [load_tool(folder, threads=threads, item_map_checksum=asked.item_map_checksum) for folder in artifacts]
    systems: list[RuntimeTool | Ensemble] = [*tools, *_ensembles(ensemble, tools)]
    kind = task or _kind(tools[0])
    return _Answers(
        systems=[system.name for system in systems],
        batches=chain.from_iterable(predictions(system, asked, k=k, task=kind) for system in systems),
        total=len(asked) * len(systems),
    )


def _explanations(artifacts: list[Path], asked: AskedPairs, threads: int) -> _Answers:
    checksum = asked.item_map_checksum
    systems = [load_explainer(folder, threads=threads, item_map_checksum=checksum) for folder in artifacts]
    return _Answers(
        systems=[system.name for system in systems],
        batches=chain.from_iterable(explanations(system, asked) for system in systems),
        total=len(asked) * len(systems),
        more=TEXT_COLUMNS,
    )


def _asked_pairs(data: Path | None, queries: Path | None, part: Part) -> AskedPairs:
    if queries is not None:
        return pairs_of_json_lines(queries, folder=data)
    return pairs_of_prepared(_named(data), part.value)


def _named(data: Path | None) -> Path:
    if data is None:
        raise ConfigError("say what is asked: --data FOLDER for a part of a prepared dataset, or --queries FILE")
    return data


def _asked(data: Path | None, queries: Path | None, part: Part, *, candidates: bool) -> AskedQueries:
    if queries is not None:
        if candidates:
            raise ConfigError(
                "--candidates are those of a dataset's part; put the candidates into the lines of --queries"
            )
        return of_json_lines(queries, folder=data)
    return of_prepared(_named(data), part.value, candidates=candidates)


def _ensembles(kind: Combine | None, tools: Sequence[RuntimeTool]) -> list[Ensemble]:
    made = {Combine.MAJORITY_VOTE: MajorityVote, Combine.RANK_AVERAGE: RankAverage}
    return [] if kind is None else [made[kind](tools)]


def _kind(tool: RuntimeTool) -> str:
    """Return the task of a tool's rankings; a click model ranks for a user."""
    return Task.DIRECT.value if tool.card.task == "ctr" else tool.card.task
