from __future__ import annotations

import pickle
from pathlib import Path

import pytest

from rr_data.errors import OptionError, UnreadableSourceError
from rr_data.explanations.peter_files import read_peter_index, write_peter
from rr_data.pipeline import prepare
from rr_data.prepared import PreparedDataset

PARTS = {"train": [0, 1, 2, 4, 6, 8], "validation": [3, 7], "test": [5]}


def rows() -> list[dict]:
    found = []
    for number in range(9):
        row: dict = {"user": f"u{number // 3}", "item": f"i{number % 4}", "rating": number % 5 + 1}
        told = [("size", "big", f"size {number} is big", 1), ("size", "bad", f"bad size {number}", -1)]
        if number != 4:
            row["template"] = told[0]
        if number % 2:
            row["sentence"] = told
        found.append(row)
    return found


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    source = tmp_path / "peter"
    source.mkdir()
    (source / "reviews.pickle").write_bytes(pickle.dumps(rows()))
    for part, places in PARTS.items():
        (source / f"{part}.index").write_text(" ".join(map(str, places)))
    return source


@pytest.fixture
def data(folder: Path, tmp_path: Path) -> PreparedDataset:
    return prepare("peter", [folder], out=tmp_path / "out")


def read(folder: Path) -> tuple[list[dict], dict[str, list[int]]]:
    """What PETER's own reader sees."""
    reviews = pickle.loads((folder / "reviews.pickle").read_bytes())
    index = {part: [int(x) for x in (folder / f"{part}.index").read_text().split(" ")] for part in PARTS}
    return reviews, index


def by_pair(reviews: list[dict]) -> dict:
    return {(row["user"], row["item"]): row for row in reviews}


def test_round_trip_keeps_rows_and_split(folder: Path, data: PreparedDataset, tmp_path: Path) -> None:
    reviews, index = read(write_peter(tmp_path / "new", data, split_of=folder, unexplained=True))
    assert by_pair(reviews) == by_pair(rows())
    for part, places in PARTS.items():
        expected = {(rows()[place]["user"], rows()[place]["item"]) for place in places}
        assert {(reviews[place]["user"], reviews[place]["item"]) for place in index[part]} == expected


def test_own_split_and_explained_rows_only(data: PreparedDataset, tmp_path: Path) -> None:
    reviews, index = read(write_peter(tmp_path / "new", data))
    assert len(reviews) == 8
    assert all("template" in row for row in reviews)
    assert sorted(place for places in index.values() for place in places) == list(range(8))
    assert [reviews[place]["user"] for place in index["test"]].count("u0") == 1


def test_without_explanations(raw: Path, tmp_path: Path) -> None:
    data = prepare("tabular", [raw / "ratings.csv"], out=tmp_path / "plain")
    with pytest.raises(OptionError, match="with explanations"):
        write_peter(tmp_path / "new", data)


@pytest.mark.parametrize("text", ["0 9", "-1", "0 x", "0.5", "9" * 5000])
def test_bad_index(folder: Path, text: str) -> None:
    (folder / "test.index").write_text(text)
    with pytest.raises(UnreadableSourceError, match="expected rows of 9 reviews"):
        read_peter_index(folder, 9)


def test_missing_index(folder: Path) -> None:
    (folder / "test.index").unlink()
    with pytest.raises(UnreadableSourceError, match="cannot be read"):
        read_peter_index(folder, 9)
