"""How item records of Amazon Reviews become a text, categories and a picture's address."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from rr_data.text_cleaning import clean

_NO_BRANDS: Final = ("", "unknown", "generic")
_MARKUP: Final = "<"


def item_text(description: Sequence[str], features: Sequence[str], brand: str | None) -> str | None:
    """The description, or the list of features where there is none, after the brand.

    None where there is neither: a text is then made from title and categories, which says more than a brand.

    Example:
        >>> item_text(["A red box.", "With a lid."], [], "Acme")
        'Brand: Acme. A red box. With a lid.'
    """
    body = " ".join(description) or " ".join(features)
    if not body or (_MARKUP in body and clean(body) is None):
        return None
    name = (brand or "").strip().rstrip(".")
    return body if name.lower() in _NO_BRANDS or _MARKUP in name else f"Brand: {name}. {body}"


def item_categories(names: Iterable[str]) -> list[str]:
    """Each category once, in order, clean.

    Pages of 2018 were read carelessly: from the first piece of markup on, the list holds other things.

    Example:
        >>> item_categories(["Grocery &amp; Food", "Tea", "Tea", "</span></span>", "Tastes good"])
        ['Grocery & Food', 'Tea']
    """
    found: dict[str, None] = {}
    for name in names:
        if name.lstrip().startswith(_MARKUP):
            break
        cleaned = clean(name)
        if cleaned is not None:
            found[cleaned] = None
    return list(found)
