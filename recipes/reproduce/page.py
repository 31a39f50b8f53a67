"""The page and the record of a reproduced table."""

from __future__ import annotations

import importlib.metadata
import json
import math
import os
import platform
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from recipes.demo.steps import write_json
from recipes.reproduce.budget import Budget
from recipes.reproduce.recipe import Part, Printed, Recipe
from recipes.reproduce.views import Cells

PACKAGES = (
    "rr-data",
    "rr-tools",
    "rr-vlm",
    "rr-planner",
    "rr-eval",
    "torch",
    "transformers",
    "trl",
    "recbole",
    "numpy",
)
WRONG = "†"


def record(
    recipe: Recipe, found: Sequence[Sequence[Cells]], budget: Budget, datasets: Mapping[str, str], command: str
) -> dict[str, Any]:
    """Everything that a reader needs to trust the table, or to measure it again.

    Args:
        recipe: the table's.
        found: by part, by seed, what was measured.
        budget: of the run.
        datasets: checksum by name.
        command: that made it.
    """
    parts = [
        {"name": part.name, "options": dict(part.options), "seeds": [dict(cells) for cells in seeds]}
        for part, seeds in zip(recipe.parts, found, strict=True)
    ]
    return {
        "table": recipe.table,
        "title": recipe.title,
        "command": command,
        "budget": asdict(budget) | {"agent": dict(budget.agent)},
        "datasets": dict(datasets),
        "environment": environment(),
        "parts": parts,
    }


def environment() -> dict[str, str]:
    """Name the machine and the versions."""
    return {
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores",
        **{name: importlib.metadata.version(name) for name in PACKAGES},
    }


def page(recipe: Recipe, found: Sequence[Sequence[Cells]], told: Mapping[str, Any]) -> str:
    """Measured values, and beside them what the paper prints."""
    budget, datasets = told["budget"], told["datasets"]
    lines = [
        f"# Table {recipe.table}: {recipe.title}" if recipe.table[0] != "F" else f"# {recipe.table}: {recipe.title}"
    ]
    lines += ["", f"`{told['command']}`", ""]
    lines += [f"Measured on {', '.join(datasets)}; budget {budget['name']}, {budget['seeds']} seeds: mean ± standard"]
    lines += [
        "deviation. Data checksums, versions and the figures of each seed stand in the JSON file beside this page."
    ]
    if budget["name"] != "full":
        lines += ["", f"**The budget `{budget['name']}` shows that everything runs; its figures mean little.**"]
    for part, seeds in zip(recipe.parts, found, strict=True):
        lines += ["", f"## {part.name}", ""]
        lines += [part.note.strip(), ""] if part.note else []
        lines += [*measured(part, seeds)]
        lines += printed(part.printed)
    return "\n".join(lines) + "\n"


def measured(part: Part, seeds: Sequence[Cells]) -> list[str]:
    """Return the table of a part; figures that are not known are left blank."""
    shown = {system: system for system in seeds[0]} if not part.systems else part.systems
    rows = [name for name in shown if name in seeds[0]]
    columns = list(dict.fromkeys(column for row in rows for column in seeds[0][row]))
    lines = [f"| | {' | '.join(columns)} |", "|---|" + "---|" * len(columns)]
    for row in rows:
        cells = [_spread([cells[row].get(column, math.nan) for cells in seeds]) for column in columns]
        lines.append(f"| {shown[row]} | {' | '.join(cells)} |")
    return lines


def printed(values: Printed) -> list[str]:
    """Return the paper's table, with a mark at what cannot be right."""
    if not values.rows:
        return [f"- {doubt}" for doubt in values.doubts]
    lines = ["", "As printed in the paper:", ""]
    lines += [f"| | {' | '.join(values.columns)} |", "|---|" + "---|" * len(values.columns)]
    marked = False
    for row, numbers in values.rows.items():
        cells = []
        for column, number in enumerate(numbers):
            wrong = values.impossible(row, column)
            marked |= wrong
            cells.append("" if number is None else f"{number:g}{WRONG if wrong else ''}")
        lines.append(f"| {row} | {' | '.join(cells)} |")
    notes = (
        [f"{WRONG} cannot be: with one relevant item NDCG@5 lies between HR@5 / log2(6) and HR@5."] if marked else []
    )
    notes += values.doubts
    return [*lines, "", *(f"- {note}" for note in notes)] if notes else lines


def write(folder: Path, recipe: Recipe, found: Sequence[Sequence[Cells]], told: Mapping[str, Any]) -> Path:
    """Write the page and its record; return the page."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"table-{recipe.table}.md"
    write_json(path.with_suffix(".json"), json.loads(json.dumps(told, default=list)))
    partial = path.with_suffix(".partial")
    partial.write_text(page(recipe, found, told), encoding="utf-8")
    partial.replace(path)
    return path


def _spread(values: Sequence[float]) -> str:
    known = [value for value in values if not math.isnan(value)]
    if not known:
        return ""
    mean = statistics.mean(known)
    digits = 4 if abs(mean) < 10 else 1
    spread = f" ± {statistics.stdev(known):.{digits}f}" if len(known) > 1 else ""
    return f"{mean:,.{digits}f}{spread}"
