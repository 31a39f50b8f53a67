from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from rr_data.pipeline import prepare
from rr_data.prepared import PreparedDataset

ITEMS = "item_id\ttitle\tyear\tgenres\n" + "".join(
    f"{item}\tFilm {item}\t{1990 + number}\t{'Drama Comedy' if number % 2 else 'Action'}\n"
    for number, item in enumerate("abcdefgh")
)
RATINGS = [
    ("u1", "a", 10, 5), ("u1", "b", 20, 4), ("u1", "c", 30, 3), ("u1", "d", 40, 5), ("u1", "e", 50, 1),
    ("u2", "b", 15, 2), ("u2", "a", 25, 4), ("u2", "f", 35, 5),
    ("u3", "g", 10, 3), ("u3", "a", 20, 3),
    ("u4", "h", 90, 4), ("u4", "c", 80, 4), ("u4", "b", 80, 2), ("u4", "a", 80, 5),
]  # fmt: skip


def ratings_csv(rows: list[tuple[str, str, int, int]]) -> str:
    lines = [",".join(map(str, row)) for row in rows]
    return "\n".join(["user_id,item_id,timestamp,rating", *lines]) + "\n"


@pytest.fixture
def raw(tmp_path: Path) -> Path:
    """A folder with a small set of ratings and an item table."""
    folder = tmp_path / "raw"
    folder.mkdir()
    (folder / "ratings.csv").write_text(ratings_csv(RATINGS))
    (folder / "items.tsv").write_text(ITEMS)
    return folder


@pytest.fixture
def prepared(raw: Path, tmp_path: Path) -> PreparedDataset:
    return prepare("tabular", [raw / "ratings.csv"], items=raw / "items.tsv", out=tmp_path / "out")


@pytest.fixture
def by_id() -> Callable[[PreparedDataset, str], list[list[str]]]:
    """Sequences in ids, by user id: independent of the codes."""

    def sequences(data: PreparedDataset, until: str) -> dict[str, list[str]]:
        ids = data.items["item_id"].to_list()
        users = data.users["user_id"].to_list()
        return {user: [ids[code] for code in row] for user, row in zip(users, data.sequences(until=until), strict=True)}

    return sequences
