from __future__ import annotations

import base64
from pathlib import Path

import polars as pl

from rr_data import columns
from rr_data.describing.item_gallery import item_gallery
from rr_data.describing.item_sample import ItemExample, example_items

JPEG = b"\xff\xd8\xff\xe0rest"


def items(counts: list[int], images: list[str | None]) -> pl.DataFrame:
    data = {
        "item_id": [f"i{code}" for code in range(len(counts))],
        "item": range(len(counts)),
        "count": counts,
        "image": images,
        "categories": [["a", "b"], *[None] * (len(counts) - 1)],
    }
    table = pl.DataFrame(data, schema_overrides={"image": pl.String})
    missing = [name for name in columns.ITEMS.names() if name not in table.columns]
    return table.with_columns(pl.lit(None).alias(name) for name in missing).select(columns.ITEMS.names())


def test_most_and_least_popular_and_what_lies_between() -> None:
    chosen = example_items(items([3, 9, 1, 5, 7], [None] * 5), size=3)
    assert [item.count for item in chosen] == [9, 5, 1]
    assert len(example_items(items([1, 2], [None] * 2))) == 2


def test_items_with_pictures_come_first_where_there_are_enough() -> None:
    table = items([3, 9, 1], ["images/0.jpg", None, "images/2.jpg"])
    assert [item.count for item in example_items(table, size=2)] == [3, 1]
    assert [item.count for item in example_items(table, size=3)] == [9, 3, 1]


def example(image: str | None, title: str | None = "<Film>") -> ItemExample:
    return ItemExample(item_id="7", title=title, year=1990, categories=("a", "b", "c"), count=12, image=image)


def test_pictures_are_inside_the_page(tmp_path: Path) -> None:
    (tmp_path / "1.jpg").write_bytes(JPEG)
    text = item_gallery([example("1.jpg"), example(None), example("gone.jpg")], tmp_path)
    assert f'src="data:image/jpeg;base64,{base64.b64encode(JPEG).decode()}"' in text
    assert 'alt="Picture of &lt;Film&gt;"' in text
    assert "1990, a, b, 12 in training" in text
    assert text.count("no picture") == 2


def test_nothing_but_pictures_of_the_dataset(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    folder.mkdir()
    (tmp_path / "secret.jpg").write_bytes(JPEG)
    (folder / "text.jpg").write_bytes(b"no picture")
    (folder / "huge.jpg").write_bytes(JPEG + bytes(600_000))
    (folder / "link.jpg").symlink_to(tmp_path / "secret.jpg")
    for name in ("../secret.jpg", str(tmp_path / "secret.jpg"), "text.jpg", "huge.jpg", "link.jpg", "a\0b", "."):
        assert "data:" not in item_gallery([example(name)], folder), name


def test_a_table_where_there_are_no_pictures(tmp_path: Path) -> None:
    text = item_gallery([example(None), example(None, title=None)], tmp_path)
    assert text.count("<tr>") == 3
    assert "no title" in text
