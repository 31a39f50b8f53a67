"""The bench `prepare`: from a CSV file with the statistics of Pixel-1M to a prepared dataset."""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Annotated, Any

import typer

from recipes.bench.generated import Size, csv_path
from recipes.bench.measure import CORES, Measured, measured, smallest
from recipes.bench.prepare_steps import STEPS

_STEPS_MODULE = "recipes.bench.prepare_steps"
_WHAT = {
    "baseline": "Polars: read the CSV, sort by user and time",
    "ours": "rr-data prepare",
    "pandas": "the same steps in plain pandas",
}
_QUARTER = "rr-data prepare, a quarter of rows, users and items"
MOST_TIMES_BASELINE, LEAST_TIMES_PANDAS, MOST_TIMES_QUARTER, MOST_MEMORY = 3.0, 4.0, 4.4, 6e9


@dataclass(frozen=True, slots=True)
class Outcome:
    """What was measured.

    Attributes:
        size: of the set.
        repeats: how often each step was run, in turn.
        steps: by name, all of the set.
        quarter: `ours`, a quarter of it.
    """

    size: Size
    repeats: int
    steps: dict[str, Measured]
    quarter: Measured

    @property
    def claims(self) -> list[tuple[str, float, str, bool]]:
        """Each claim: what, its value, its bound, whether it holds."""
        ours = self.steps["ours"]
        times = ours.seconds / self.steps["baseline"].seconds
        faster = self.steps["pandas"].seconds / ours.seconds
        growth = ours.seconds / self.quarter.seconds
        return [
            ("times the baseline", times, f"at most {MOST_TIMES_BASELINE:g}", times <= MOST_TIMES_BASELINE),
            ("times as fast as pandas", faster, f"at least {LEAST_TIMES_PANDAS:g}", faster >= LEAST_TIMES_PANDAS),
            ("times the time of a quarter", growth, f"at most {MOST_TIMES_QUARTER:g}", growth <= MOST_TIMES_QUARTER),
            ("GB of memory", ours.peak / 1e9, f"under {MOST_MEMORY / 1e9:g}", ours.peak < MOST_MEMORY),
        ]

    def to_json(self) -> dict[str, Any]:
        """All numbers."""
        rows = {**self.steps, "quarter": self.quarter}
        return {
            "rows": self.size.rows,
            "users": self.size.users,
            "items": self.size.items,
            "repeats": self.repeats,
            "steps": {
                name: {"seconds": row.seconds, "cpu_seconds": row.cpu, "peak_bytes": row.peak}
                for name, row in rows.items()
            },
            "claims": [
                {"what": what, "value": value, "bound": bound, "holds": holds}
                for what, value, bound, holds in self.claims
            ],
        }

    def to_markdown(self) -> str:
        """The page of the results."""
        size = self.size
        rows = [(_WHAT[name], row) for name, row in self.steps.items()] + [(_QUARTER, self.quarter)]
        versions = ", ".join(f"{name} {version(name)}" for name in ("polars", "numpy", "pandas", "pyarrow"))
        return "\n".join(
            [
                "# From CSV to a prepared dataset",
                "",
                f"`nox -s bench -- prepare`: {size.rows:,} interactions of {size.users:,} users with",
                f"{size.items:,} items, generated, heavy-tailed, in random order; {CORES} cores,",
                f"Python {sys.version.split()[0]}, {versions}.",
                f"The least time of {self.repeats} runs in turn, each in its own process; the highest peak of memory.",
                "",
                "| step | seconds | of processor time | peak memory |",
                "|---|---|---|---|",
                *(f"| {what} | {row.seconds:.1f} | {row.cpu:.1f} | {row.peak / 1e9:.2f} GB |" for what, row in rows),
                "",
                "| rr-data prepare | measured | wanted | |",
                "|---|---|---|---|",
                *(
                    f"| {what} | {value:.2f} | {bound} | {'yes' if holds else '**no**'} |"
                    for what, value, bound, holds in self.claims
                ),
                "",
                "Both make random codes, the order in time, leave-one-out, evidence horizons of users and items,",
                "cold-start groups, Parquet files and SHA-256 checksums;",
                "rr-data also checks every row, grades leaks and writes the dataset whole or not at all.",
                "",
            ]
        )


def prepare(
    rows: Annotated[int, typer.Option(min=1, help="Interactions.")] = Size().rows,
    users: Annotated[int, typer.Option(min=1, help="Users.")] = Size().users,
    items: Annotated[int, typer.Option(min=1, help="Items.")] = Size().items,
    repeats: Annotated[int, typer.Option(min=1, help="Runs of each step.")] = 3,
    cache: Annotated[Path, typer.Option(help="Where generated files are kept.")] = Path("out/bench"),
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    out: Annotated[Path | None, typer.Option(help="Also write the page, for instance docs/results/prepare.md.")] = None,
) -> None:
    """Time `rr-data prepare` on a generated set with Pixel-1M's statistics, against Polars' sort and plain pandas."""
    try:
        size = Size(rows, users, items)
    except ValueError as error:
        raise typer.BadParameter(str(error)) from None
    outcome = measure(size, cache, repeats, lambda text: typer.echo(text, err=True))
    typer.echo(json.dumps(outcome.to_json(), indent=2) if as_json else outcome.to_markdown())
    if out is not None:
        out.parent.mkdir(parents=True, exist_ok=True)
        out.write_text(outcome.to_markdown(), encoding="utf-8")


def measure(size: Size, cache: Path, repeats: int, tell: Callable[[str], object]) -> Outcome:
    """Run all steps in turn, as often as asked for."""
    quarter = size.part(4)
    for wanted in (size, quarter):
        tell(f"generating {wanted.rows:,} rows, unless they are there")
        measured(_STEPS_MODULE, "generate", str(cache), *map(str, (wanted.rows, wanted.users, wanted.items)))
    plan = [(name, name, size) for name in STEPS] + [("quarter", "ours", quarter)]
    runs: dict[str, list[Measured]] = {label: [] for label, _, _ in plan}
    for number in range(1, repeats + 1):
        for label, step, wanted in plan:
            folder = cache / f"made-{label}"
            run = measured(_STEPS_MODULE, step, str(csv_path(cache, wanted)), str(folder))
            shutil.rmtree(folder, ignore_errors=True)
            runs[label].append(run)
            tell(f"{number} of {repeats}, {label}: {run.seconds:.1f} s, {run.cpu:.1f} s cpu, {run.peak / 1e9:.2f} GB")
    best = {label: smallest(found) for label, found in runs.items()}
    return Outcome(size, repeats, {name: best[name] for name in STEPS}, best["quarter"])
