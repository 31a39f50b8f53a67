from __future__ import annotations

from typing import Any

import pytest

from rr_data.sources.json_lines import BadRowError
from rr_data.sources.record_fields import id_of, rating_of, record_of, seconds_of, text_of, texts_of


def test_records() -> None:
    assert record_of({}) == {}
    with pytest.raises(BadRowError, match="a list; expected a record"):
        record_of([])


@pytest.mark.parametrize(("value", "expected"), [("B01", "B01"), (" B01\n", "B01"), ("\xa0é ", "é")])
def test_ids(value: str, expected: str) -> None:
    assert id_of({"asin": value}, "asin") == expected


@pytest.mark.parametrize(
    ("value", "says"),
    [(None, "missing"), (" ", "missing"), (7, "received 7"), (["B01"], "received list"), ("\ud800", "not Unicode")],
)
def test_bad_ids_are_named(value: Any, says: str) -> None:
    with pytest.raises(BadRowError, match=f"^asin: {says}"):
        id_of({"asin": value}, "asin")


def test_texts() -> None:
    assert text_of({"t": " x "}, "t") == " x "
    assert text_of({"t": " \n"}, "t") is None
    assert text_of({}, "t") is None
    assert texts_of({}, "t") == []
    assert texts_of({"t": "x"}, "t") == ["x"]
    assert texts_of({"t": ["x", "", None, ["y", " "]]}, "t") == ["x", "y"]


@pytest.mark.parametrize("value", [True, 1.5, {"x": 1}, [["x", 1]], [[["x"]]]])
def test_texts_of_a_wrong_type_are_named(value: Any) -> None:
    with pytest.raises(BadRowError, match=r"^t: received .*; expected text"):
        texts_of({"t": value}, "t")
    with pytest.raises(BadRowError, match=r"^t: received .*; expected text"):
        text_of({"t": value}, "t")


@pytest.mark.parametrize(
    ("value", "per_second", "expected"),
    [(1_529_193_600, 1, 1_529_193_600), (1_588_687_728_923, 1000, 1_588_687_728), (5.0, 1, 5), (0, 1, 0)],
)
def test_seconds(value: Any, per_second: int, expected: int) -> None:
    assert seconds_of({"t": value}, "t", per_second=per_second) == expected


@pytest.mark.parametrize(
    "value", [None, "5", True, 5.5, float("nan"), float("inf"), -1, 1_588_687_728_923, 10**400, 1e300, [1]]
)
def test_what_is_no_time_is_named(value: Any) -> None:
    with pytest.raises(BadRowError, match=r"^t: ") as error:
        seconds_of({"t": value}, "t")
    assert len(str(error.value)) < 80


@pytest.mark.parametrize(
    ("value", "expected"), [(5.0, 5.0), (3, 3.0), (1, 1.0), (4.5, 4.5), (0.0, None), (0, None), (None, None)]
)
def test_ratings(value: Any, expected: float | None) -> None:
    assert rating_of({"r": value}, "r") == expected


@pytest.mark.parametrize("value", ["5.0", True, False, float("nan"), float("inf"), 6.0, 0.5, -1, 10**400, []])
def test_what_is_no_rating_is_named(value: Any) -> None:
    with pytest.raises(BadRowError, match=r"^r: "):
        rating_of({"r": value}, "r")
