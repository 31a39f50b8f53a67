from __future__ import annotations

import json

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rr_data.errors import OptionError
from rr_data.splits.leaks import cross_task_leaks

ROWS = st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4), st.sampled_from(["train", "validation", "test"])))


def table(rows: list[tuple[int, int, str]]) -> pl.DataFrame:
    return pl.DataFrame(rows, schema={"user": pl.Int32, "item": pl.Int32, "part": pl.String}, orient="row")


@settings(deadline=None)
@given(st.dictionaries(st.sampled_from("abc"), ROWS))
def test_against_sets(tasks: dict[str, list[tuple[int, int, str]]]) -> None:
    report = cross_task_leaks({name: table(rows) for name, rows in tasks.items()})

    def pairs(task: str, part: str) -> set[tuple[int, int]]:
        return {(user, item) for user, item, where in tasks[task] if where == part}

    expected = {(a, b): pairs(a, "train") & pairs(b, "test") for a in tasks for b in tasks if a != b}
    assert dict(report.pairs) == {key: len(found) for key, found in expected.items() if found}
    assert report.clean == (not any(expected.values()))
    for key, examples in report.examples.items():
        assert set(examples) <= expected[key]
        assert len(examples) == min(len(expected[key]), 5)


def test_report() -> None:
    report = cross_task_leaks({"seq": table([(1, 2, "test"), (1, 3, "train")]), "exp": table([(1, 2, "train")])})
    assert str(report) == "1 pairs that exp trains on and seq tests, such as user 1 with item 2"
    assert json.loads(json.dumps(report.to_json())) == {
        "clean": False,
        "tasks": ["seq", "exp"],
        "leaks": [{"train": "exp", "test": "seq", "pairs": 1, "examples": [[1, 2]]}],
    }
    clean = cross_task_leaks({"seq": table([(1, 2, "test")]), "ctr": table([(1, 2, "test"), (1, 3, "train")])})
    assert clean.to_json() == {"clean": True, "tasks": ["seq", "ctr"], "leaks": []}
    assert str(clean) == "no pair leaks between seq, ctr"


def test_a_table_without_parts() -> None:
    with pytest.raises(OptionError, match=r"task seq.*part"):
        cross_task_leaks({"seq": table([]).drop("part")})
