from __future__ import annotations

from pathlib import Path

import pytest

from rr_data.errors import UnreadableSourceError
from rr_data.sources.recbole_atomic import RecBoleAtomic

INTER = "user_id:token\titem_id:token\trating:float\ttimestamp:float\n1\t2\t3\t881250949\n1\t3\t4\t881250950\n"
ITEM = (
    "item_id:token\tmovie_title:token_seq\trelease_year:token\tclass:token_seq\n2\tToy Story\t1995\tAnimation Comedy\n"
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "ml.inter").write_text(INTER)
    (tmp_path / "ml.item").write_text(ITEM)
    return tmp_path


def test_folder(folder: Path) -> None:
    raw = RecBoleAtomic().read([folder])
    assert raw.interactions["timestamp"].to_list() == [881250949, 881250950]
    assert raw.interactions["line"].to_list() == [2, 3]
    assert raw.items is not None
    assert raw.items.rows() == [("2", None, "Toy Story", None, 1995, ["Animation", "Comedy"], None)]
    assert [path.name for path in raw.files] == ["ml.inter", "ml.item"]
    assert raw.rejected.is_empty()


def test_file_without_items(folder: Path) -> None:
    (folder / "ml.item").unlink()
    raw = RecBoleAtomic().read([folder / "ml.inter"])
    assert raw.items is None
    assert raw.interactions.height == 2


def test_other_field_names(tmp_path: Path) -> None:
    (tmp_path / "x.inter").write_text("uid:token\tiid:token\n1\t2\n")
    assert RecBoleAtomic(user_id="uid", item_id="iid").read([tmp_path]).interactions["item_id"].to_list() == ["2"]


def test_header_without_types(tmp_path: Path) -> None:
    (tmp_path / "x.inter").write_text("user_id\titem_id:token\n1\t2\n")
    with pytest.raises(UnreadableSourceError, match="'user_id'; expected name:type"):
        RecBoleAtomic().read([tmp_path])


def test_which_file(tmp_path: Path, folder: Path) -> None:
    (folder / "other.inter").write_text(INTER)
    with pytest.raises(UnreadableSourceError, match=r"2 \.inter files"):
        RecBoleAtomic().read([folder])
    with pytest.raises(UnreadableSourceError, match="received 2 paths"):
        RecBoleAtomic().read([folder, folder])
