from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from rr_data.errors import UnreadableSourceError
from rr_data.sources.item_table import read_item_table
from rr_data.sources.source import RAW_ITEMS


def read(path: Path, text: str) -> tuple[list[tuple], list[tuple]]:
    path.write_text(text)
    items, rejected = read_item_table(path)
    assert items.schema == RAW_ITEMS
    return items.drop("domain", "image_url").rows(), rejected.rows()


def test_tsv(tmp_path: Path) -> None:
    text = "item_id\tasin\ttitle\tyear\tgenres\n1\tX\tThe  End \t1999\tA B\n2\tY\t\tV\t\n"
    rows, rejected = read(tmp_path / "items.tsv", text)
    assert rows == [("1", "The End", None, 1999, ["A", "B"]), ("2", None, None, None, [])]
    assert rejected == []


def test_csv_with_other_names(tmp_path: Path) -> None:
    text = 'item_id,name,description,release_year,category\n1,"A, B",long text,2001,Skin Care|Body\n'
    assert read(tmp_path / "items.csv", text)[0] == [("1", "A, B", "long text", 2001, ["Skin Care", "Body"])]


def test_commas_between_categories(tmp_path: Path) -> None:
    assert read(tmp_path / "i.csv", 'item_id,categories\n1,"Skin Care, Body"\n')[0][0][-1] == ["Skin Care", "Body"]


def test_rejected(tmp_path: Path) -> None:
    rows, rejected = read(tmp_path / "i.tsv", "item_id\ttitle\n1\tA\n1\tB\n\tC\n")
    assert [row[:2] for row in rows] == [("1", "A")]
    assert sorted(rejected) == [("i.tsv", 3, "item 1 again"), ("i.tsv", 4, "no item id")]


def test_parquet(tmp_path: Path) -> None:
    pl.DataFrame({"item_id": [1], "title": ["A"], "categories": [["x", "y"]]}).write_parquet(tmp_path / "i.parquet")
    assert read_item_table(tmp_path / "i.parquet")[0].rows() == [("1", None, "A", None, None, ["x", "y"], None)]


@pytest.mark.parametrize("name", ["image_url", "imUrl", "image", "poster_url"])
def test_domain_and_image(tmp_path: Path, name: str) -> None:
    (tmp_path / "i.csv").write_text(f"item_id,domain,{name}\n1, KU , https://a.b/c.jpg \n2,,\n")
    items, _ = read_item_table(tmp_path / "i.csv")
    assert items.select("domain", "image_url").rows() == [("KU", "https://a.b/c.jpg"), (None, None)]


def test_first_of_several_images(tmp_path: Path) -> None:
    table = pl.DataFrame({"item_id": ["1", "2"], "image": [["a", "b"], []], "poster_url": ["c", "d"]})
    table.write_parquet(tmp_path / "i.parquet")
    assert read_item_table(tmp_path / "i.parquet")[0]["image_url"].to_list() == ["a", None]


def test_image_column_that_holds_no_address(tmp_path: Path) -> None:
    pl.DataFrame({"item_id": ["1"], "image": [b"\xff"], "poster_url": ["c"]}).write_parquet(tmp_path / "i.parquet")
    assert read_item_table(tmp_path / "i.parquet")[0]["image_url"].to_list() == ["c"]


@pytest.mark.parametrize("name", ["i.parquet", "i.csv"])
def test_not_a_table(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(b"nonsense\n1\n")
    with pytest.raises(UnreadableSourceError, match=name):
        read_item_table(tmp_path / name)
    with pytest.raises(UnreadableSourceError, match="no such file"):
        read_item_table(tmp_path / f"no-{name}")
