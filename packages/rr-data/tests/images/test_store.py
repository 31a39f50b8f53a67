from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

Image = pytest.importorskip("PIL.Image")

from rr_data.errors import ImageError, OptionError  # noqa: E402
from rr_data.images.failures import Failure  # noqa: E402
from rr_data.images.folder_pictures import FolderPictures  # noqa: E402
from rr_data.images.store import store_images  # noqa: E402
from rr_data.manifest import sha256_of  # noqa: E402


def test_another_word_for_unreadable_is_refused(tmp_path: Path) -> None:
    with pytest.raises(OptionError, match="refuse or cover"):
        store_images(tmp_path, pl.DataFrame(), {}, unreadable="skip", progress=lambda done, total: None)


def test_pictures_covers_and_unreadable_ones(tmp_path: Path) -> None:
    Image.new("RGB", (10, 10), (0, 0, 200)).save(tmp_path / "a.png")
    (tmp_path / "b.png").write_bytes(b"x")
    items = pl.DataFrame(
        {
            "item": [0, 1, 2],
            "item_id": list("abc"),
            "title": ["A", "B", "C"],
            "year": [1, None, 3],
            "categories": [[]] * 3,
        },
        schema_overrides={"categories": pl.List(pl.String)},
    )
    seen = []
    out = tmp_path / "images"
    stored = store_images(
        out,
        items,
        {name: tmp_path / f"{name}.png" for name in "ab"},
        unreadable="cover",
        progress=lambda done, total: seen.append((done, total)),
    )
    assert (stored.pictures, stored.covers) == (1, 2)
    assert [path.name for path, _ in stored.unreadable] == ["b.png"]
    assert seen == [(1, 3), (2, 3), (3, 3)]
    assert Image.open(out / "0.jpg").getpixel((100, 100))[2] > 190
    for line in (out / "SHA256SUMS").read_text().splitlines():
        checksum, name = line.split("  ")
        assert sha256_of(out / name) == checksum
        assert Image.open(out / name).size == (224, 224)


def many(count: int) -> pl.DataFrame:
    names = [f"i{number}" for number in range(count)]
    columns = {"item": range(count), "item_id": names, "title": [None] * count, "year": [None] * count}
    return pl.DataFrame({**columns, "categories": [None] * count})


def test_the_first_unreadable_picture_is_refused_whatever_the_order_of_the_threads(tmp_path: Path) -> None:
    files = {f"i{number}": tmp_path / f"i{number}.png" for number in range(300)}
    for path in files.values():
        path.write_bytes(b"x")
    with pytest.raises(ImageError, match=r"i0\.png.*unreadable=cover"):
        store_images(tmp_path / "images", many(300), files, progress=lambda done, total: None)


def test_more_than_one_batch_keeps_its_order(tmp_path: Path) -> None:
    seen = []
    stored = store_images(tmp_path, many(600), {}, progress=lambda done, total: seen.append(done))
    assert seen == list(range(1, 601))
    assert stored.covers == 600
    names = [line.split()[1] for line in (tmp_path / "SHA256SUMS").read_text().splitlines()]
    assert names == [f"{code}.jpg" for code in range(600)]


def test_failures_are_the_unreadable_ones_and_those_of_the_source(tmp_path: Path) -> None:
    (tmp_path / "bad.png").write_bytes(b"x")
    missing = Failure("i1", "http://h/1", "404 Not Found", 1)
    source = FolderPictures({"i0": tmp_path / "bad.png"}, kind="urls", failures=(missing,))
    stored = store_images(tmp_path / "o", many(3), source, unreadable="cover", progress=lambda done, total: None)
    assert [(failure.item_id, failure.url) for failure in stored.failures] == [
        ("i0", str(tmp_path / "bad.png")),
        ("i1", "http://h/1"),
    ]
    assert stored.counts == {"pictures": 0, "covers": 3, "unreadable_pictures": 1, "failed_pictures": 1}
