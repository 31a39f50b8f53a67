from __future__ import annotations

from datetime import datetime
from pathlib import Path

import polars as pl
import pytest

from rr_data.errors import OptionError, UnreadableSourceError
from rr_data.sources.interaction_table import ColumnNames, numeric_types, to_interactions
from rr_data.sources.source import RAW_INTERACTIONS

PATH = Path("table.csv")


def convert(values: dict[str, list], **names: str) -> tuple[pl.DataFrame, list[tuple[int, str]]]:
    rows = pl.DataFrame({"user_id": ["u"], "item_id": ["i"]} | values, strict=False)
    if rows.height > 1 and "user_id" not in values:
        rows = rows.with_columns(user_id=pl.lit("u"), item_id=pl.lit("i"))
    rows = rows.with_row_index("line", 2)
    good, bad = to_interactions(rows, ColumnNames(**names), path=PATH, file_index=3)
    assert good.schema == RAW_INTERACTIONS
    return good, bad.select("line", "reason").rows()


def table(n: int, **values: list) -> dict[str, list]:
    return {"user_id": ["u"] * n, "item_id": ["i"] * n, **values}


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("881250949", 881250949), (" 7 ", 7), ("881250949.0", 881250949), ("8.81250949e8", 881250949), ("-5", -5)],
)
def test_times_are_exact(text: str, seconds: int) -> None:
    good, bad = convert(table(1, timestamp=[text]))
    assert good["timestamp"].to_list() == [seconds]
    assert bad == []


@pytest.mark.parametrize("text", ["1.5", "noon", "nan", "inf", "1e40", "0x1"])
def test_what_is_no_time_is_rejected(text: str) -> None:
    good, bad = convert(table(2, timestamp=["1", text]))
    assert good.height == 1
    assert bad == [(3, "timestamp: not a whole number")]


def test_units_and_datetimes() -> None:
    assert convert(table(1, timestamp=[1_500_000_000_999]), time_unit="ms")[0]["timestamp"].item() == 1_500_000_000
    assert convert(table(1, timestamp=[datetime(2020, 1, 1)]))[0]["timestamp"].item() == 1_577_836_800
    assert convert(table(1, timestamp=[1.5e9]))[0]["timestamp"].item() == 1_500_000_000


def test_one_missing_time_is_rejected_and_all_missing_is_none() -> None:
    assert convert(table(2, timestamp=["1", None]))[1] == [(3, "timestamp: not a whole number")]
    good, bad = convert(table(2, timestamp=[None, None]))
    assert good["timestamp"].to_list() == [None, None]
    assert bad == []


def test_ratings() -> None:
    good, bad = convert(table(4, stars=["4.5", None, "good", "nan"]), rating="stars")
    assert good["rating"].to_list() == [4.5, None]
    assert bad == [(4, "stars: not a number"), (5, "stars: not a number")]


def test_ids_are_strings_without_blanks() -> None:
    good, bad = convert({"user_id": [7, 8], "item_id": [" a ", " "]})
    assert good.select("user_id", "item_id", "file").rows() == [("7", "a", 3)]
    assert bad == [(3, "no item id")]


def test_missing_columns_name_those_there_are() -> None:
    with pytest.raises(UnreadableSourceError, match="no column 'who'; it has user_id, item_id"):
        convert(table(1), user_id="who")
    with pytest.raises(UnreadableSourceError, match="no column 'when'"):
        convert(table(1), timestamp="when")


def test_unknown_unit() -> None:
    with pytest.raises(OptionError, match="s, ms, us, ns"):
        ColumnNames(time_unit="h")


def test_strings_known_to_be_bare_are_left_alone() -> None:
    rows = pl.DataFrame({"user_id": ["u", None], "item_id": ["i", "j"], "line": [2, 3]})
    good, bad = to_interactions(rows, ColumnNames(), path=PATH, file_index=0, stripped=True)
    assert good.schema == RAW_INTERACTIONS
    assert bad.select("line", "reason").rows() == [(3, "no user id")]


def test_types_of_a_clean_table() -> None:
    assert numeric_types(ColumnNames(timestamp="ts")) == {"ts": pl.Int64, "rating": pl.Float32}
