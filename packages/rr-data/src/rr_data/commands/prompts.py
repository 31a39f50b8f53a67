"""`rr-data prompts`: tuning examples without thoughts, to look at or to write."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from itertools import islice
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from rr_data.cli_output import print_json
from rr_data.commands.example_panels import message_text, print_examples
from rr_data.commands.named_numbers import named_numbers
from rr_data.commands.progress_bars import progress_bars
from rr_data.commands.wordings import Wordings
from rr_data.errors import OptionError
from rr_data.prepared import PreparedDataset
from rr_data.prompts.lazy_rows import LazyRows
from rr_data.prompts.mixture import mixture as mix
from rr_data.prompts.sft_table import write_sft_rows
from rr_data.prompts.training_rows import HISTORY_LENGTH, PICTURES, available_tasks, training_queries, training_rows

_SHOWN: Final = 3
_REPORTED_EVERY: Final = 256
_SIDES: Final = ("prompt", "completion")


def prompts(
    folder: Annotated[Path, typer.Argument(help="A prepared dataset.")],
    task: Annotated[
        list[str] | None,
        typer.Option(
            help="sequential, direct, ctr, explanation; repeatable. Else all that the dataset has tables for."
        ),
    ] = None,
    templates: Annotated[Path | None, typer.Option(help="A YAML file of your own templates and answer words.")] = None,
    show: Annotated[int | None, typer.Option(help="Print so many; 3 where nothing is written.")] = None,
    out: Annotated[Path | None, typer.Option(help="Write them as SFT rows to this Parquet file.")] = None,
    mixture: Annotated[
        list[str] | None,
        typer.Option(
            help="How likely tasks are, such as sequential=3,direct=1; repeatable. Else by number of examples."
        ),
    ] = None,
    temperature: Annotated[float, typer.Option(help="Without --mixture: above 1 is more equal than by number.")] = 1.0,
    rows: Annotated[int | None, typer.Option(help="Stop after so many; else each example comes once.")] = None,
    cycle: Annotated[bool, typer.Option("--cycle", help="Begin tasks again that run out; needs --rows.")] = False,
    windows: Annotated[
        int | None, typer.Option(help="sequential: ask once for so many items, not for every item.")
    ] = None,
    candidates: Annotated[int | None, typer.Option(help="direct: size of a list; else as stored, or 100.")] = None,
    negatives: Annotated[int, typer.Option(help="direct: answers no for each yes.")] = 4,
    per_user: Annotated[
        int | None, typer.Option(help="sequential, direct: at most so many items a user, drawn.")
    ] = None,
    history: Annotated[int, typer.Option(help="How many items of a history are written.")] = HISTORY_LENGTH,
    pictures: Annotated[int, typer.Option(help="How many of them with their picture; 0 for none.")] = PICTURES,
    name_users: Annotated[bool, typer.Option("--name-users", help="Write user codes, as the paper does.")] = False,
    seed: Annotated[int, typer.Option(help="Seed of everything that is drawn.")] = 0,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Show or write the prompts and answers that the training part gives, mixed over tasks by seed.

    For instance: rr-data prompts beauty --task sequential --task direct --out prompts.parquet
    """
    weights = named_numbers("--mixture", ",".join(mixture)) if mixture else None
    if cycle and rows is None:
        raise OptionError("--cycle", "no --rows", "--rows, since a cycle has no end")
    if show is not None and show < 0:
        raise OptionError("--show", show, "at least 0")
    data, wordings = PreparedDataset.open(folder), Wordings.read(templates)
    parts: dict[str, LazyRows] = {}
    for name in dict.fromkeys(task or weights or available_tasks(data)):
        queries = training_queries(
            data, name, seed=seed, windows=windows, candidates=candidates, negatives=negatives, per_user=per_user
        )
        parts[name] = training_rows(
            data,
            queries,
            seed=seed,
            history_length=history,
            pictures=pictures,
            name_users=name_users,
            **wordings.options(name),
        )
    drawn = mix(
        parts,
        weights,
        temperature=temperature,
        seed=seed,
        exhausted="cycle" if cycle else "drop",
        length=rows,
    )
    kept = show if show is not None else (0 if out is not None else _SHOWN)
    shown = list(islice(drawn, kept)) if out is None else []
    counts: Counter[str] = Counter()
    if out is not None:
        total = _number_of_rows(parts, weights, rows, cycle=cycle)
        with progress_bars(shown=not as_json) as progress:
            write_sft_rows(_watched(drawn, counts, shown, kept, lambda done: progress("examples", done, total)), out)
    _report(data, shown, {name: len(part) for name, part in parts.items()}, counts, out, as_json=as_json)


def _number_of_rows(
    parts: Mapping[str, LazyRows], weights: Mapping[str, float] | None, rows: int | None, *, cycle: bool
) -> int:
    """How many rows the mixture has."""
    drawn = sum(len(part) for name, part in parts.items() if weights is None or weights.get(name, 0) > 0)
    return drawn if rows is None else rows if cycle else min(rows, drawn)


def _watched(
    rows: Iterator[Any], counts: Counter[str], shown: list[Any], kept: int, progress: Callable[[int], None]
) -> Iterator[Any]:
    """Rows as they pass by, counted, the first ones kept."""
    for number, row in enumerate(rows):
        if number % _REPORTED_EVERY == 0:
            progress(number)
        counts[row["task"]] += 1
        if len(shown) < kept:
            shown.append(row)
        yield row


def _report(
    data: PreparedDataset,
    shown: list[Any],
    available: dict[str, int],
    counts: Counter[str],
    out: Path | None,
    *,
    as_json: bool,
) -> None:
    if as_json:
        written = None if out is None else {"path": str(out), "rows": dict(counts)}
        texts = [{"task": row["task"]} | {side: message_text(row[side]) for side in _SIDES} for row in shown]
        print_json({"available": available, "written": written, "shown": texts})
        return
    if shown:
        print_examples(data, shown)
    typer.echo(", ".join(f"{number:,} {name} examples" for name, number in available.items()))
    if out is not None:
        typer.echo(f"{out}: {', '.join(f'{number:,} {name}' for name, number in counts.items())}")
