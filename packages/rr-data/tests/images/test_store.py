from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

Image = pytest.importorskip("PIL.Image")

from rr_data.errors import OptionError  # noqa: E402
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
