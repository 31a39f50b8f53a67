from __future__ import annotations

import gzip
import json
import zlib
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rr_data.errors import UnreadableSourceError
from rr_data.sources.amazon_2018 import Amazon2018
from rr_data.text_cleaning import clean_text

from .samples_amazon import PAIRS, amazon_2018

GOOD = {"reviewerID": "A1", "asin": "B01", "overall": 5.0, "unixReviewTime": 1_500_000_000, "summary": "s"}


def write(path: Path, *records: object) -> Path:
    path.write_text("".join(f"{json.dumps(record)}\n" for record in records))
    return path


def test_sample(tmp_path: Path) -> None:
    raw = Amazon2018().read(amazon_2018(tmp_path))
    assert raw.interactions.select("user_id", "item_id").rows() == PAIRS
    assert raw.rejected.is_empty()
    assert raw.items is not None
    assert raw.items.row(1, named=True) == {
        "item_id": "B02",
        "domain": None,
        "title": "Tea no. 2",
        "text": "Brand: Acme. A tea. In a tin.",
        "year": None,
        "categories": ["Grocery & Food", "Tea"],
        "image_url": "https://images.example/B02.jpg",
    }


def test_small_pictures_and_features_stand_in(tmp_path: Path) -> None:
    meta = write(tmp_path / "meta.json", {"asin": "B01", "imageURL": ["u1"], "imageURLHighRes": [], "feature": ["F."]})
    items = Amazon2018().read([write(tmp_path / "r.json", GOOD), meta]).items
    assert items is not None
    assert items.row(0, named=True)["image_url"] == "u1"
    assert items.row(0, named=True)["text"] == "F."


def test_equal_rows_stay(tmp_path: Path) -> None:
    raw = Amazon2018().read([write(tmp_path / "r.json", GOOD, GOOD)])
    assert raw.interactions["line"].to_list() == [1, 2]
    assert raw.reviews is not None
    assert raw.reviews.height == 2


def test_page_titles_are_emptied_by_the_clean_up(tmp_path: Path) -> None:
    meta = write(tmp_path / "m.json", {"asin": "B01", "title": '<span id="productTitle" class="a">Cup'})
    items = Amazon2018().read([write(tmp_path / "r.json", GOOD), meta]).items
    assert items is not None
    assert items.select(clean_text(pl.col("title")))["title"].to_list() == [None]


def test_several_categories_in_a_folder(tmp_path: Path) -> None:
    amazon_2018(tmp_path)
    write(tmp_path / "Cups_5.json", GOOD | {"asin": "C01"})
    write(tmp_path / "meta_Cups.json", {"asin": "C01", "title": "Cup"}, {"asin": "B01", "title": "Tea again"})
    raw = Amazon2018().read([tmp_path])
    assert [path.name for path in raw.files] == ["Cups_5.json", "Tea_5.json.gz", "meta_Cups.json", "meta_Tea.json.gz"]
    assert raw.interactions["file"].to_list() == [0] + [1] * 12
    assert raw.items is not None
    assert raw.items["item_id"].to_list() == ["C01", "B01", "B02", "B03", "B04"]
    assert raw.rejected.rows() == [("meta_Tea.json.gz", 1, "item B01 again")]


def test_empty_folder(tmp_path: Path) -> None:
    with pytest.raises(UnreadableSourceError, match=r"no \.json"):
        Amazon2018().read([tmp_path])


def test_content_decides_before_names(tmp_path: Path) -> None:
    reviews = write(tmp_path / "meta_x.json", GOOD)
    items = write(tmp_path / "y.json", {"asin": "B01", "title": "T"})
    raw = Amazon2018().read([items, reviews])
    assert raw.interactions.height == 1
    assert raw.items is not None
    assert raw.items.height == 1


def test_a_wholly_damaged_item_file_costs_no_interaction(tmp_path: Path) -> None:
    reviews, meta = amazon_2018(tmp_path)
    meta.write_bytes(b"\x1f\x8bnothing")
    raw = Amazon2018().read([reviews, meta])
    assert raw.interactions.height == 12
    assert raw.rejected["reason"].str.starts_with("damaged gzip").to_list() == [True]


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"reviewerID": None}, "reviewerID: missing"),
        ({"asin": 7}, "asin: received 7; expected text"),
        ({"unixReviewTime": float("nan")}, "unixReviewTime: received nan; expected a whole number"),
        ({"unixReviewTime": "5"}, "unixReviewTime: received str; expected a whole number"),
        ({"overall": float("inf")}, "overall: inf; expected 1 to 5"),
        ({"overall": [5]}, "overall: received list; expected a number"),
        ({"summary": 5}, "summary: received 5; expected text"),
        ({"reviewText": {}}, "reviewText: received dict; expected text"),
    ],
)
def test_bad_rows_name_their_field(tmp_path: Path, change: dict[str, object], reason: str) -> None:
    raw = Amazon2018().read([write(tmp_path / "r.json", GOOD, GOOD | change, GOOD)])
    assert raw.interactions["line"].to_list() == [1, 3]
    assert raw.rejected.rows() == [("r.json", 2, reason)]


@settings(deadline=None)
@given(
    which=st.integers(0, 11),
    start=st.integers(0, 200),
    damage=st.binary(max_size=40)
    | st.sampled_from(["ä".encode("latin-1"), b"\x00", b"[" * 99_999, b'{"a":' * 99_999, b"NaN", b"9" * 5000]),
)
def test_a_damaged_line_costs_only_itself(
    tmp_path_factory: pytest.TempPathFactory, which: int, start: int, damage: bytes
) -> None:
    folder = tmp_path_factory.mktemp("damaged")
    reviews, _ = amazon_2018(folder)
    lines = gzip.decompress(reviews.read_bytes()).splitlines()
    line = lines[which]
    lines[which] = line[:start] + damage.replace(b"\n", b"") + line[start + len(damage) :]
    reviews.write_bytes(gzip.compress(b"\n".join(lines)))
    raw = Amazon2018().read([reviews])
    expected = [(*pair, number) for number, pair in enumerate(PAIRS, start=1) if number != which + 1]
    found = raw.interactions.select("user_id", "item_id", "line").rows()
    assert [row for row in found if row[2] != which + 1] == expected
    assert raw.interactions.height + raw.rejected.height == 12 or not lines[which].strip()


@settings(deadline=None)
@given(data=st.data())
def test_a_cut_file_gives_every_line_before_the_cut(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    folder = tmp_path_factory.mktemp("cut")
    reviews, meta = amazon_2018(folder)
    whole = reviews.read_bytes()
    cut = data.draw(st.integers(3, len(whole) - 1))
    reviews.write_bytes(whole[:cut])
    n_whole = zlib.decompressobj(31).decompress(whole[:cut]).count(b"\n")
    try:
        raw = Amazon2018().read([reviews, meta])
    except UnreadableSourceError:
        assert n_whole == 0
        return
    assert raw.interactions.select("user_id", "item_id").rows()[:n_whole] == PAIRS[:n_whole]
    assert raw.rejected["reason"].str.starts_with("damaged gzip").any()
