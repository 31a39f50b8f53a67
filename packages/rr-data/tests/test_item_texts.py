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
    described = pl.DataFrame([row], schema=RAW_ITEMS, orient="row")
    table = item_table(CATALOGUE, described, pl.Series([3]))
    assert table.schema == columns.ITEMS
    assert (table["title"].item(), table["text"].item(), table["count"].item()) == (title, text, 3)
