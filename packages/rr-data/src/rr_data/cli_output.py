"""What the command line shows, for people and for machines."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any, Final

import typer
from rich.console import Console
from rich.table import Table

from rr_data.checks import Finding
from rr_data.description import QUANTILES, Description
from rr_data.evidence.levels import LEVELS
from rr_data.prepared import REJECTED_FILE, PreparedDataset

_SHOWN: Final = 5


def print_json(content: Any) -> None:
    """Indented JSON."""
    typer.echo(json.dumps(content, indent=2, ensure_ascii=False))


def print_counts(data: PreparedDataset) -> None:
    """The counts, and the first rows that were left out with their reasons."""
    numbers = [f"{number:,} {name.replace('_', ' ')}" for name, number in data.manifest.counts.items()]
    typer.echo(f"{data.path}: {', '.join(numbers)}")
    for file, line, reason in data.rejected.head(_SHOWN).iter_rows():
        typer.echo(f"  {file}{'' if line is None else f', line {line}'}: {reason}")
    if data.rejected.height > _SHOWN:
        typer.echo(f"  and {data.rejected.height - _SHOWN:,} more in {data.path / REJECTED_FILE}")


def print_description(description: Description) -> None:
    """Counts, quantiles and levels in three tables."""
    facts = Table(title=description.name, show_header=False)
    for name, number in (description.counts | description.parts).items():
        facts.add_row(name.replace("_", " "), f"{number:,}")
    facts.add_row("sparsity", f"{100 * description.sparsity:.3f} %")
    facts.add_row("ties, seed of ids", f"{description.tie_policy}, {description.id_seed}")
    lengths = Table("interactions", *(f"{100 * quantile:g} %" for quantile in QUANTILES), title="quantiles")
    lengths.add_row("of a user", *(f"{value:g}" for value in description.lengths))
    lengths.add_row("of an item", *(f"{value:g}" for value in description.popularity))
    levels = Table("level", "users", "", title=f"evidence horizon ({description.normalizer}, training part)")
    for level, share in zip(LEVELS, description.eh_shares, strict=True):
        levels.add_row(level, f"{100 * share:.1f} %", "█" * round(40 * share))
    Console().print(facts, lengths, levels)


def print_horizons(shares: Mapping[str, tuple[float, float, float]], *, of: str, chosen: str) -> None:
    """The shares of users or items by level under each normaliser; a star marks the dataset's own."""
    table = Table("normalizer", *LEVELS, title=f"{of} in % by evidence horizon")
    for name, values in shares.items():
        table.add_row(f"{name} *" if name == chosen else name, *(f"{100 * value:.3f}" for value in values))
    Console().print(table)


def print_findings(findings: Sequence[Finding]) -> None:
    """One line a check."""
    for finding in findings:
        typer.echo(
            f"{'ok ' if finding.problem is None else 'BAD'} {finding.check}: {finding.problem or 'as it should be'}"
        )
