"""Some items with their pictures, which are part of the page."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from rr_data.describing.item_sample import ItemExample
from rr_data.describing.markup import Markup, element, escaped, joined, table

_LARGEST: Final = 500_000  # bytes of a picture; ours have some ten thousand
_FORMATS: Final = {b"\xff\xd8\xff": "jpeg", b"\x89PNG\r\n\x1a\n": "png", b"GIF8": "gif"}


def item_gallery(examples: Sequence[ItemExample], folder: Path) -> Markup:
    """Pictures with captions; a table where no item has a picture that can be shown.

    Args:
        examples: at least one item.
        folder: the dataset's, which the paths of pictures start from.
    """
    addresses = [_data_uri(folder, example.image) for example in examples]
    if not any(addresses):
        rows = [(item.item_id, item.title or "no title", _facts(item), f"{item.count:,}") for item in examples]
        header = ("item", "title", "", "in training")
        return table("Items from popular to rare", header, rows, kinds=("", "", "", "number"))
    figures = (_figure(item, address) for item, address in zip(examples, addresses, strict=True))
    return Markup(f'<div class="gallery">{joined(figures)}</div>')


def _figure(item: ItemExample, address: str | None) -> Markup:
    title = item.title or item.item_id
    picture = (
        Markup(f'<img src="{address}" alt="{escaped(f"Picture of {title}")}">')
        if address
        else element("p", "no picture", kind="quiet")
    )
    facts = [fact for fact in (_facts(item), f"{item.count:,} in training") if fact]
    return Markup(
        f"<figure>{picture}<figcaption>{element('b', title)}<br>{escaped(', '.join(facts))}</figcaption></figure>"
    )


def _facts(item: ItemExample) -> str:
    year = [] if item.year is None else [str(item.year)]
    return ", ".join([*year, *item.categories[:2]])


def _data_uri(folder: Path, name: str | None) -> str | None:
    """A picture as an address that holds it; None for what is missing, too large, elsewhere or no picture."""
    if name is None:
        return None
    try:
        path = (folder / name).resolve()
        if not path.is_relative_to(folder.resolve()) or path.stat().st_size > _LARGEST:
            return None
        content = path.read_bytes()
    except (OSError, ValueError):
        return None
    kind = next((kind for start, kind in _FORMATS.items() if content.startswith(start)), None)
    return None if kind is None else f"data:image/{kind};base64,{base64.b64encode(content).decode()}"
