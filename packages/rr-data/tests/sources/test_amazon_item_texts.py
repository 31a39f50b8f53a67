from __future__ import annotations

from rr_data.sources.amazon_item_texts import item_categories, item_text


def test_description_before_features() -> None:
    assert item_text(["A.", "B."], ["C"], None) == "A. B."
    assert item_text([], ["C", "D"], "Acme, Inc.") == "Brand: Acme, Inc. C D"


def test_a_brand_alone_is_no_text() -> None:
    assert item_text([], [], "Acme") is None
    assert item_text(["<br><br />"], [], "Acme") is None


def test_brands_that_say_nothing() -> None:
    for brand in (None, " ", "Unknown", "generic", "<span>x"):
        assert item_text(["A."], [], brand) == "A."


def test_categories_stop_at_markup() -> None:
    assert item_categories(["A &amp; B", "C", "C", " ", "</span>", "D"]) == ["A & B", "C"]
