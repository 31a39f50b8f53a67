"""Some items of a catalogue, from popular to rare."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import polars as pl

from rr_data.columns import Columns

SIZE: Final = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemExample:
    """An item to look at.

    Attributes:
        item_id: as the source names it.
        title: or None.
        year: or None.
        categories: maybe none.
        count: interactions in the training part.
        image: path of the picture inside the dataset's folder, or None.
    """

    item_id: str
    title: str | None
    year: int | None
    categories: tuple[str, ...]
    count: int
    image: str | None


def example_items(items: pl.DataFrame, *, size: int = SIZE) -> tuple[ItemExample, ...]:
    """Choose items at even distances in the order of popularity, those with a picture where there are enough.

    The most and the least popular one are among them, and the choice is the same every time.

    Args:
        items: `columns.ITEMS`.
        size: how many, unless there are fewer.
    """
    pictured = items.filter(pl.col(Columns.IMAGE).is_not_null())
    pool = (pictured if pictured.height >= size else items).sort(Columns.COUNT, Columns.ITEM, descending=[True, False])
    places = np.unique(np.linspace(0, pool.height - 1, min(size, pool.height)).astype(np.int64))
    return tuple(
        ItemExample(
            item_id=row[Columns.ITEM_ID],
            title=row[Columns.TITLE],
            year=row[Columns.YEAR],
            categories=tuple(row[Columns.CATEGORIES] or ()),
            count=row[Columns.COUNT],
            image=row[Columns.IMAGE],
        )
        for row in pool[places].iter_rows(named=True)
    )
