from __future__ import annotations

import numpy as np
import pytest

from rr_tools import ExplanationData, InvalidDataError, asked_pairs
from rr_tools.asked_pairs import pairs_of_json_lines, pairs_of_prepared


class Column(list):
    def to_list(self):
        return list(self)


class Dataset:
    """The part of a prepared dataset that is read, but for its explanations."""

    item_map_checksum = "map"
    users = {"user_id": Column(["ann", "bob"])}  # noqa: RUF012
    items = {"item_id": Column(["a", "b", "c"])}  # noqa: RUF012


@pytest.fixture
def folder(monkeypatch):
    data = ExplanationData(
        users=[0, 1, 1],
        items=[2, 0, 1],
        texts=["It fits.", "Cheap.", "Too cheap."],
        parts=[0, 2, 1],
        n_users=2,
        n_items=3,
        ratings=[5.0, np.nan, 2.0],
        features=["size", "price", None],
    )
    monkeypatch.setattr(asked_pairs, "read_prepared", lambda folder, read: read(Dataset()))
    monkeypatch.setattr(ExplanationData, "from_prepared", lambda dataset: data)
    return "folder"


def test_a_part_is_asked_with_what_its_texts_speak_of(folder):
    asked = pairs_of_prepared(folder, "test")
    assert (asked.ids, asked.user_ids, asked.item_ids, asked.references) == (["bob:1"], ["bob"], ["a"], ["Cheap."])
    assert (asked.users.tolist(), asked.items.tolist(), asked.features) == ([1], [0], ["price"])
    assert np.isnan(asked.ratings).tolist() == [True]
    assert (asked.item_map_checksum, len(asked)) == ("map", 1)
    assert pairs_of_prepared(folder, "validation").ratings.tolist() == [2.0]


def test_lines_of_codes(tmp_path):
    path = tmp_path / "pairs.jsonl"
    path.write_text(
        '{"item": 2}\n{"item": "x", "user": 7, "rating": 4, "feature": "size", "reference": "Fits.", "query_id": "q"}\n'
    )
    asked = pairs_of_json_lines(path)
    assert (asked.ids, asked.user_ids, asked.item_ids) == (["1", "q"], ["", "7"], ["2", "x"])
    assert (asked.users.tolist(), asked.items.tolist()) == ([-1, 7], [2, -1])
    np.testing.assert_array_equal(asked.ratings, [np.nan, 4.0])
    assert (asked.features, asked.references, asked.item_map_checksum) == ([None, "size"], [None, "Fits."], None)


def test_lines_of_a_datasets_ids(tmp_path, folder):
    path = tmp_path / "pairs.jsonl"
    path.write_text('{"item": "c", "user": "bob"}\n{"item": "z", "user": "eve"}')
    asked = pairs_of_json_lines(path, folder=folder)
    assert (asked.users.tolist(), asked.items.tolist(), asked.item_map_checksum) == ([1, -1], [2, -1], "map")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('{"user": 1}', r'line 1: a query is an object with "item" \(int or str\), such as {"user": 7, "item": 3}'),
        ('{"item": 1}\n{"item": 1, "rating": "good"}', "line 2: a rating is a number, not 'good'"),
    ],
)
def test_a_line_that_is_no_pair_is_named(tmp_path, text, message):
    path = tmp_path / "pairs.jsonl"
    path.write_text(text)
    with pytest.raises(InvalidDataError, match=message):
        pairs_of_json_lines(path)
