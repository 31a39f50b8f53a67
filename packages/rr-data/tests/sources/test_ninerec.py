from __future__ import annotations

from pathlib import Path

import pytest

from rr_data.errors import OptionError, UnreadableSourceError
from rr_data.sources.ninerec import NineRec

ITEMS = 'v1,猫,"Cats, more"\nv2,狗,\nv3,鸟\n"v4,x,y\n'


def write(folder: Path, pairs: str, items: str | None = ITEMS, name: str = "KU") -> Path:
    (folder / f"{name}_pair.csv").write_text(pairs)
    if items is not None:
        (folder / f"{name}_item.csv").write_text(items)
    return folder


def pairs_of(folder: Path, **options: str) -> list[tuple[str, str, int | None]]:
    return NineRec(**options).read([folder]).interactions.select("user_id", "item_id", "timestamp").rows()


@pytest.mark.parametrize("text", ["u1,v1,5\nu1,v2,6\nu2,v3,7\n", "v1,u1,5\nv2,u1,6\nv3,u2,7\n"])
def test_order_by_letters(tmp_path: Path, text: str) -> None:
    assert pairs_of(write(tmp_path, text, None)) == [("u1", "v1", 5), ("u1", "v2", 6), ("u2", "v3", 7)]


@pytest.mark.parametrize("text", ["7,v1,5\n7,v2,6\n8,v3,7\n", "v1,7,5\nv2,7,6\nv3,8,7\n"])
def test_order_by_items(tmp_path: Path, text: str) -> None:
    assert pairs_of(write(tmp_path, text)) == [("7", "v1", 5), ("7", "v2", 6), ("8", "v3", 7)]


def test_order_by_option(tmp_path: Path) -> None:
    write(tmp_path, "1,2\n3,4\n", None)
    with pytest.raises(UnreadableSourceError, match="option order"):
        NineRec().read([tmp_path])
    assert pairs_of(tmp_path, order="item,user") == [("2", "1", None), ("4", "3", None)]


def test_without_times(tmp_path: Path) -> None:
    raw = NineRec().read([write(tmp_path, "u1,v1\nu1,v2\nu2,v3,9\n", name="QB")])
    assert raw.interactions["timestamp"].to_list() == [None, None]
    assert ("QB_pair.csv", 3, "a third field, where most rows have two") in raw.rejected.rows()


def test_titles(tmp_path: Path) -> None:
    write(tmp_path, "u1,v1,5\n")
    raw = NineRec().read([tmp_path])
    assert raw.items is not None
    assert raw.items["title"].to_list()[:3] == ["Cats, more", "狗", "鸟"]
    chinese = NineRec(language="zh").read([tmp_path]).items
    assert chinese is not None
    assert chinese["title"].to_list()[:3] == ["猫", "狗", "鸟"]


def test_sequences(tmp_path: Path) -> None:
    (tmp_path / "TN_behaviour.tsv").write_text("u1\tv1 v2\nu2\tv3\nu3\n")
    raw = NineRec().read([tmp_path])
    assert raw.interactions.select("user_id", "item_id", "timestamp", "line").rows() == [
        ("u1", "v1", None, 1),
        ("u1", "v2", None, 1),
        ("u2", "v3", None, 2),
    ]
    assert raw.rejected.rows() == [("TN_behaviour.tsv", 3, "a user without items")]


def test_which_set(tmp_path: Path) -> None:
    with pytest.raises(UnreadableSourceError, match=r"neither <set>_pair.csv nor"):
        NineRec().read([tmp_path])
    write(write(tmp_path, "u1,v1,5\n"), "u1,v9,5\n", name="DY")
    with pytest.raises(UnreadableSourceError, match=r"DY_pair.csv, KU_pair.csv; choose"):
        NineRec().read([tmp_path])
    assert pairs_of(tmp_path, domain="DY") == [("u1", "v9", 5)]
    with pytest.raises(OptionError, match="language"):
        NineRec(language="fr")
    with pytest.raises(OptionError, match="order"):
        NineRec(order="x")
