from __future__ import annotations

from pathlib import Path

import pytest

from rr_data.errors import OptionError, UnreadableSourceError
from rr_data.sources.pixelrec import PixelRec

PAIRS = "item_id,user_id,timestamp\ni7,u1,1600000000\ni8,u1,1600000001\n,u2,5\n"
ITEMS = (
    "item_id,view_number,comment_number,title,tag,description\n"
    'i7,10,2,"Cats, dogs",stand up,"Two\nlines"\ni8,5,0,Birds,,\n'
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "Pixel200K.csv").write_text(PAIRS)
    (tmp_path / "item_info.csv").write_text(ITEMS)
    return tmp_path


def test_folder(folder: Path) -> None:
    raw = PixelRec().read([folder])
    assert raw.interactions.rows() == [("u1", "i7", 1600000000, None, 0, 2), ("u1", "i8", 1600000001, None, 0, 3)]
    assert raw.items is not None
    assert raw.items.select("item_id", "title", "text", "categories").rows() == [
        ("i7", "Cats, dogs", "Two lines", ["stand up"]),
        ("i8", "Birds", None, []),
    ]
    assert raw.rejected.rows() == [("Pixel200K.csv", 4, "no item id")]


def test_files_in_any_order_and_without_description(folder: Path) -> None:
    items = folder / "item_info.csv"
    items.write_text("item_id,view_number,title,tag\ni7,10,Cats,pets\n")
    raw = PixelRec().read([items, folder / "Pixel200K.csv"])
    assert raw.items is not None
    assert raw.items["categories"].to_list() == [["pets"]]
    assert raw.interactions.height == 2
    assert PixelRec(time_unit="ms").read([folder / "Pixel200K.csv"]).interactions["timestamp"][0] == 1600000


def test_refused(folder: Path) -> None:
    (folder / "Pixel1M.csv").write_text(PAIRS)
    with pytest.raises(UnreadableSourceError, match="expected one table of interactions"):
        PixelRec().read([folder])
    with pytest.raises(UnreadableSourceError, match=r"item_info.csv; expected one table"):
        PixelRec().read([folder / "item_info.csv"])
    with pytest.raises(OptionError, match="time_unit"):
        PixelRec(time_unit="days")
