from __future__ import annotations

import zipfile
from pathlib import Path

import polars as pl
import pytest

pytest.importorskip("PIL.Image")
pytest.importorskip("httpx")

from rr_data.errors import ImageError, OptionError
from rr_data.images.picture_source import open_picture_source

ITEMS = pl.DataFrame({"item_id": ["a", "b"], "image_url": [None, None]}, schema_overrides={"image_url": pl.String})


def test_a_folder_a_zip_and_an_lmdb_are_told_apart_by_what_they_are(tmp_path: Path, picture) -> None:
    (tmp_path / "f").mkdir()
    (tmp_path / "f" / "a.png").write_bytes(picture())
    with zipfile.ZipFile(tmp_path / "z", "w") as archive:
        archive.writestr("a.png", picture())
    for name, kind in (("f", "folder"), ("z", "zip")):
        source = open_picture_source(tmp_path / name, ITEMS)
        assert (source.kind, set(source.ids), source.read("a")) == (kind, {"a"}, picture())
        source.close()
    lmdb = pytest.importorskip("lmdb")
    for name, subdir in (("l", True), ("m", False)):
        environment = lmdb.open(str(tmp_path / name), subdir=subdir)
        with environment, environment.begin(write=True) as transaction:
            transaction.put(b"a", picture())
        source = open_picture_source(tmp_path / name, ITEMS)
        assert (source.kind, set(source.ids), source.read("a")) == ("lmdb", {"a"}, picture())
        source.close()


def test_covers() -> None:
    source = open_picture_source("covers", ITEMS)
    assert (source.kind, set(source.ids), source.failures) == ("covers", set(), ())


def test_what_is_none_of_them(tmp_path: Path) -> None:
    (tmp_path / "x.csv").write_text("a,b")
    for name in ("x.csv", "nothing", "\0"):
        with pytest.raises(ImageError, match="not a folder, a zip or an LMDB"):
            open_picture_source(tmp_path / name, ITEMS)


def test_pictures_of_other_things(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "z", "w") as archive:
        archive.writestr("x.png", b"")
    with pytest.raises(ImageError, match="'x', none named after an item id such as 'a'"):
        open_picture_source(tmp_path / "z", ITEMS)


def test_urls_need_addresses_and_a_concurrency() -> None:
    with pytest.raises(ImageError, match="image_url"):
        open_picture_source("urls", ITEMS)
    with pytest.raises(OptionError, match="concurrency: received 0"):
        open_picture_source("urls", ITEMS, concurrency=0)
