"""No held-out pair of user and item in any tuning example: of any task, on any data."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rr_data.columns import Columns
from rr_data.pipeline import prepare
from rr_data.prepared import PreparedDataset
from rr_data.prompts.training_rows import training_queries, training_rows
from rr_data.sources.source import RAW_INTERACTIONS, RawData

TASKS = ("sequential", "direct", "ctr", "explanation")
SPLITS = ("leave_one_out", "ratio")
ROWS = st.lists(
    st.tuples(st.sampled_from("rstuv"), st.sampled_from("abcdefghij"), st.integers(0, 9)), min_size=1, max_size=60
)


class Explained:
    """A source of rows of user, item and time, all rated, reviewed and explained."""

    def __init__(self, rows: list[tuple[str, str, int]]) -> None:
        self.rows = rows

    def read(self, paths: list[Path]) -> RawData:
        users, items, times = zip(*self.rows, strict=True)
        lines = list(range(1, len(self.rows) + 1))
        place = {Columns.FILE: pl.Series([0] * len(lines), dtype=pl.UInt16), Columns.LINE: lines}
        rated = {Columns.USER_ID: users, Columns.ITEM_ID: items, Columns.TIMESTAMP: times}
        stars = pl.Series([1.0 + line % 5 for line in lines], dtype=pl.Float32)
        texts = [f"{user} praises {item}" for user, item, _ in self.rows]
        told = {Columns.FEATURE: items, Columns.OPINION: ["good"] * len(lines), Columns.SENTENCE: texts}
        return RawData(
            pl.DataFrame(rated | {Columns.RATING: stars} | place, schema=RAW_INTERACTIONS),
            (),
            reviews=pl.DataFrame(
                {**place, Columns.SUMMARY: [f"SUMMARY {text}" for text in texts], Columns.TEXT: texts}
            ),
            explanations=pl.DataFrame({**place, **told, Columns.SENTIMENT: pl.Series([1] * len(lines), dtype=pl.Int8)}),
        )


def prepared(rows: list[tuple[str, str, int]], out: Path, split: str) -> PreparedDataset:
    return prepare(Explained(rows), out=out, split=split, candidates=4, ctr_negatives=2)  # type: ignore[arg-type]


def rows_of(data: PreparedDataset, task: str, seed: int) -> list[dict[str, Any]]:
    return list(training_rows(data, training_queries(data, task, seed=seed), seed=seed, name_users=True))


def text_of(row: dict[str, Any], side: str) -> str:
    return "".join(part.get("text") or "" for message in row[side] for part in message["content"])


def codes_of(row: dict[str, Any]) -> set[int]:
    written = re.findall(r"<item_([0-9]+)>", text_of(row, "prompt") + text_of(row, "completion"))
    return {*map(int, written), *row["image_items"], row["target"]}


def interactions_of(data: PreparedDataset, *, training: bool) -> set[tuple[int, int]]:
    pairs = data.interactions.filter(pl.Series((data.parts == 0) == training))
    return set(pairs.select(Columns.USER, Columns.ITEM).iter_rows())


@pytest.mark.slow
@pytest.mark.parametrize("task", TASKS)
@given(rows=ROWS, split=st.sampled_from(SPLITS), seed=st.integers(0, 9))
@settings(deadline=None, max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_held_out_pair(tmp_path: Path, task: str, rows: list[tuple[str, str, int]], split: str, seed: int) -> None:
    data = prepared(rows, tmp_path / "out", split)
    trained = interactions_of(data, training=True)
    held_out = interactions_of(data, training=False) - trained  # a pair that is repeated in training is no secret
    ids = data.items[Columns.ITEM_ID].to_list()
    users = data.users[Columns.USER_ID].to_list()
    for row in rows_of(data, task, seed):
        user = row["user"]
        assert not {(user, code) for code in codes_of(row)} & held_out
        assert f"user_{user}" in text_of(row, "prompt")
        if row["label"] == 0:
            assert (user, row["target"]) not in trained
        elif row["task"] != "sequential":
            assert (user, row["target"]) in trained
        if task == "explanation":
            assert text_of(row, "completion") == f"<answer>{users[user]} praises {ids[row['target']]}"


@pytest.mark.slow
@pytest.mark.parametrize("task", ["direct", "ctr", "explanation"])
@given(rows=ROWS, split=st.sampled_from(SPLITS))
@settings(deadline=None, max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_history_does_not_hold_the_item_in_question(
    tmp_path: Path, task: str, rows: list[tuple[str, str, int]], split: str
) -> None:
    queries = training_queries(prepared(rows, tmp_path / "out", split), task, seed=0)
    for item, history in zip(queries.items.tolist(), queries.histories, strict=True):
        assert item not in history


@pytest.mark.slow
@pytest.mark.parametrize("task", ["direct", "ctr"])
@given(rows=ROWS)
@settings(deadline=None, max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_negatives_read_the_history_of_a_positive(tmp_path: Path, task: str, rows: list[tuple[str, str, int]]) -> None:
    queries = training_queries(prepared(rows, tmp_path / "out", "leave_one_out"), task, seed=0)
    labels = queries.labels
    assert labels is not None
    read: dict[int, dict[tuple[int, ...], set[int]]] = {}
    for user, history, label in zip(queries.users.tolist(), queries.histories, labels.tolist(), strict=True):
        read.setdefault(user, {}).setdefault(tuple(history.tolist()), set()).add(label)
    for found in read.values():
        # A user's clicks may all stand in other parts too; then there is no positive to be told from.
        assert not any(1 in kinds for kinds in found.values()) or all(1 in kinds for kinds in found.values())


@pytest.mark.parametrize("task", TASKS)
def test_every_sequence_is_asked_about(tmp_path: Path, task: str) -> None:
    rows = [(user, item, time) for user in "rst" for time, item in enumerate("abcdef")]
    rows += [("v", item, time) for time, item in enumerate("ghij")]
    data = prepared(rows, tmp_path / "out", "leave_one_out")
    examples = rows_of(data, task, 0)
    assert {row["user"] for row in examples} == set(range(4))
    training = int(np.count_nonzero(data.parts == 0))
    expected = {"sequential": training - 4, "direct": training * 5, "ctr": training * 3, "explanation": training}
    assert len(examples) <= expected[task]
    assert len([row for row in examples if row["label"] != 0]) == min(training, expected[task])
    assert not any("SUMMARY" in text_of(row, "prompt") for row in examples)
