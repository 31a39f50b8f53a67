from __future__ import annotations

import polars as pl
import pytest

from rr_data import columns
from rr_data.item_texts import item_table
from rr_data.sources.source import RAW_ITEMS

CATALOGUE = pl.DataFrame({"item_id": ["b"], "item": [0]}, schema={"item_id": pl.String, "item": pl.Int32})


@pytest.mark.parametrize(
    ("row", "title", "text"),
    [
        (("b", "Heat", "own text", 1995, ["Drama"]), "Heat", "own text"),
        (("b", "Heat", None, 1995, ["Drama", "Crime"]), "Heat", "Heat (1995). Drama, Crime"),
        (("b", "Heat", None, None, []), "Heat", "Heat"),
        (("b", None, None, None, ["Drama"]), "Untitled", "Drama"),
        (("z", "Other", None, None, []), "Untitled", ""),
    ],
)
def test_texts(row: tuple, title: str, text: str) -> None:
    names = ["item_id", "title", "text", "year", "categories"]
    described = pl.DataFrame([row], schema={name: RAW_ITEMS[name] for name in names}, orient="row")
    table = item_table(CATALOGUE, described, pl.Series([3]))
    assert table.schema == columns.ITEMS
    assert (table["title"].item(), table["text"].item(), table["count"].item()) == (title, text, 3)


def test_domain_and_image_address_come_along() -> None:
    described = pl.DataFrame({"item_id": ["b"], "domain": ["KU"], "image_url": ["https://a.b/c.jpg"]})
    row = item_table(CATALOGUE, described, pl.Series([3])).row(0, named=True)
    assert (row["domain"], row["image_url"], row["image"], row["title"]) == (
        "KU",
        "https://a.b/c.jpg",
        None,
        "Untitled",
    )


def test_columns_that_are_no_items_stay_out() -> None:
    described = pl.DataFrame({"item_id": ["b"], "count": [99], "line": [1]})
    assert item_table(CATALOGUE, described, pl.Series([3]))["count"].to_list() == [3]


def test_items_are_graded_by_their_training_counts() -> None:
    catalogue = pl.DataFrame({"item_id": list("abc"), "item": pl.Series([0, 1, 2], dtype=pl.Int32)})
    table = item_table(catalogue, None, pl.Series([10, 0, 5]), normalizer="raw", thresholds=(0.1, 0.5))
    assert table["eh_raw"].to_list() == [0.0, 1.0, 0.5]
    assert table["eh"].to_list() == [0.0, 1.0, 0.5]
    assert table["eh_level"].to_list() == ["low", "high", "medium"]
    ranked = item_table(catalogue, None, pl.Series([10, 0, 5]))
    assert ranked["eh"].to_list() == pytest.approx([1 / 6, 5 / 6, 1 / 2])
