from __future__ import annotations

from typing import ClassVar

import numpy as np
import pytest

from rr_tools import InvalidDataError, asked_queries
from rr_tools.asked_queries import of_json_lines, of_prepared


class Column(list):
    def to_list(self):
        return list(self)

    def to_numpy(self):
        return np.array(self)


class Dataset:
    """The part of a prepared dataset that is read, of three users and four items."""

    item_map_checksum = "map"
    users: ClassVar = {"user_id": Column(["ann", "bob", "eve"]), "eh_level": Column(["low", "high", "low"])}
    items: ClassVar = {"item_id": Column(["a", "b", "c", "d"])}
    rows: ClassVar = {"train": [[0], [1, 2], [3]], "validation": [[0, 1], [1, 2, 3], [3]]}
    candidates_of: ClassVar = {"test": {"user": Column([1]), "items": Column([[0, 2]])}}

    def targets(self, part):
        return np.array({"validation": [1, 3, -1], "test": [2, 0, -1]}[part])

    def sequences(self, until):
        return [np.array(row) for row in self.rows[until]]

    def candidates(self, part):
        return self.candidates_of.get(part)


@pytest.fixture
def folder(monkeypatch):
    monkeypatch.setattr(asked_queries, "read_prepared", lambda folder, read: read(Dataset()))
    return "folder"


def test_a_part_is_asked_with_all_that_comes_before_it(folder):
    asked = of_prepared(folder, "test")
    assert asked.ids == asked.user_ids == ["ann", "bob"]
    assert asked.queries.users.tolist() == [0, 1]
    assert [history.tolist() for history in asked.queries.histories] == [[0, 1], [1, 2, 3]]
    assert (asked.targets.tolist(), asked.target_ids, asked.groups) == ([2, 0], ["c", "a"], ["low", "high"])
    assert (asked.item_ids, asked.item_map_checksum, len(asked)) == (["a", "b", "c", "d"], "map", 2)
    earlier = of_prepared(folder, "validation")
    assert [history.tolist() for history in earlier.queries.histories] == [[0], [1, 2]]


def test_candidates_of_a_part(folder):
    asked = of_prepared(folder, "test", candidates=True)
    assert (asked.ids, asked.queries.candidates.tolist(), asked.targets.tolist()) == (["bob"], [[0, 2]], [0])
    with pytest.raises(InvalidDataError, match="no candidates; prepare it again"):
        of_prepared(folder, "validation", candidates=True)


def test_lines_of_codes(tmp_path):
    path = tmp_path / "queries.jsonl"
    path.write_text(
        '{"history": [2, 0, "x"]}\n\n{"history": [], "user": 7, "target": 3, "query_id": "q", "group": "g"}\n'
    )
    asked = of_json_lines(path)
    assert (asked.ids, asked.user_ids) == (["1", "q"], ["", "7"])
    assert asked.queries.users.tolist() == [-1, 7]
    assert [history.tolist() for history in asked.queries.histories] == [[2, 0, -1], []]
    assert (asked.targets.tolist(), asked.target_ids, asked.groups) == ([-1, 3], [None, "3"], [None, "g"])
    assert asked.queries.candidates is None
    assert asked.item_ids is asked.item_map_checksum is None


def test_lines_of_a_datasets_ids(tmp_path, folder):
    path = tmp_path / "queries.jsonl"
    path.write_text(
        '{"history": ["b", "?"], "user": "eve", "target": "z", "candidates": ["a", "c"]}\n'
        '{"history": ["d"], "candidates": ["b"]}\n'
    )
    asked = of_json_lines(path, folder=folder)
    assert asked.queries.users.tolist() == [2, -1]
    assert [history.tolist() for history in asked.queries.histories] == [[1, -1], [3]]
    assert asked.queries.candidates.tolist() == [[0, 2], [1, -1]]
    assert (asked.targets.tolist(), asked.target_ids) == ([-1, -1], ["z", None])


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "holds no query"),
        ('{"history": [1]}\n[1]\n', "line 2: a query is an object"),
        ("{history}", "line 1: not JSON"),
        ('{"user": 3}', r'"history" \(list\), such as'),
        ('{"history": [1], "candidates": 4}', "candidates are a list"),
        ('{"history": [1], "candidates": [4]}\n{"history": [1]}', "1 of 2 queries have candidates"),
    ],
)
def test_a_line_that_is_no_query_is_named(tmp_path, text, message):
    path = tmp_path / "queries.jsonl"
    path.write_text(text)
    with pytest.raises(InvalidDataError, match=message):
        of_json_lines(path)


def test_a_file_that_cannot_be_read(tmp_path):
    with pytest.raises(InvalidDataError, match="cannot be read"):
        of_json_lines(tmp_path / "none.jsonl")
    (tmp_path / "binary").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(InvalidDataError, match="cannot be read as text"):
        of_json_lines(tmp_path / "binary")
