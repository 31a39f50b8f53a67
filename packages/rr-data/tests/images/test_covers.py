from __future__ import annotations

import numpy as np
import pytest

Image = pytest.importorskip("PIL.Image")

from rr_data.images.covers import SIZE, render_cover  # noqa: E402


def pixels(*arguments: object, **options: object) -> np.ndarray:
    image = render_cover(*arguments, **options)
    assert (image.size, image.mode) == ((SIZE, SIZE), "RGB")
    return np.asarray(image, dtype=np.int64)


def test_deterministic_and_different() -> None:
    one = pixels("Toy Story", year=1995, categories=["Comedy"])
    assert np.array_equal(one, pixels("Toy Story", year=1995, categories=["Comedy"]))
    for other in (
        pixels("Toy Story 2", year=1995, categories=["Comedy"]),
        pixels("Toy Story", year=1996, categories=["Comedy"]),
        pixels("Toy Story", year=1995, categories=["Drama"]),
    ):
        assert not np.array_equal(one, other)


def test_categories_choose_the_palette_in_any_order() -> None:
    corner = (slice(0, 6), slice(0, 6))
    one, two = pixels("A", categories=["x", "y"])[corner], pixels("A", categories=["y", "x"])[corner]
    assert np.array_equal(one, two)


@pytest.mark.parametrize(
    "title", ["", "x" * 300, "word " * 80, "標題 ü ñ", "Pneumonoultramicroscopicsilicovolcanoconiosis", "\n", "\ud800"]
)
def test_any_title_fits(title: str) -> None:
    picture = pixels(title, categories=["Category name that is much too long to fit"] * 3)
    right = picture[48:190, -8:]  # nothing written in the margin: no nearly white pixel
    assert right.min(axis=2).max() < 230
