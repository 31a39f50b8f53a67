"""What a table of the paper measures, read from `tables/*.yaml`, with the values that the paper prints."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

import yaml  # type: ignore[import-untyped]

FOLDER = Path(__file__).with_name("tables")
SMALLEST_RATIO = 1 / math.log2(6)
"""NDCG@5 of one relevant item is at most HR@5, and at least so much of it: the item in the fifth place."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Printed:
    """What the paper prints.

    Attributes:
        columns: names.
        rows: by system one value a column, None where nothing is printed.
        doubts: what cannot be right beyond `impossible`, and why.
    """

    columns: Sequence[str] = ()
    rows: Mapping[str, Sequence[float | None]] = field(default_factory=dict)
    doubts: Sequence[str] = ()

    def impossible(self, row: str, column: int) -> bool:
        """Tell whether an NDCG@5 does not go with the HR@5 before it; both have one relevant item."""
        values = self.rows[row]
        if not self.columns[column].endswith("NDCG@5") or column == 0 or not self.columns[column - 1].endswith("HR@5"):
            return False
        hits, gain = values[column - 1], values[column]
        if hits is None or gain is None:
            return False
        digit = 5e-5  # half of the last printed digit
        return gain - digit > hits + digit or gain + digit < SMALLEST_RATIO * (hits - digit)


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A measured table.

    Attributes:
        name: its heading.
        experiment: of `recipes.reproduce.experiments`.
        options: of the experiment.
        view: of `recipes.reproduce.views`, what is read off the answers.
        metrics: that the view tells.
        systems: what the table calls the systems that it shows, in order; the others are left out. Empty shows all.
        printed: what the paper prints there.
        note: what a reader must know.
    """

    name: str
    experiment: str
    options: Mapping[str, Any] = field(default_factory=dict)
    view: str = "systems"
    metrics: Sequence[str] = ()
    systems: Mapping[str, str] = field(default_factory=dict)
    printed: Printed = Printed()
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """A table or figure of the paper.

    Attributes:
        table: its number there.
        title: what it is about.
        datasets: how many prepared datasets it needs.
        parts: of the table.
    """

    table: str
    title: str
    datasets: int
    parts: Sequence[Part]

    @classmethod
    def read(cls, file: Path) -> Self:
        """Read a file of `tables`."""
        content = yaml.safe_load(file.read_text(encoding="utf-8"))
        parts = [Part(**{**part, "printed": Printed(**part.get("printed", {}))}) for part in content["parts"]]
        return cls(table=content["table"], title=content["title"], datasets=content.get("datasets", 1), parts=parts)


def recipes() -> dict[str, Recipe]:
    """Return every recipe by its table's number.

    Example:
        >>> recipes()["A7"].title
        'Tool selection: random, learned, oracle'
    """
    found = [Recipe.read(file) for file in sorted(FOLDER.glob("*.yaml"))]
    return {recipe.table: recipe for recipe in found}
