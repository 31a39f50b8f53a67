"""What ids give away before they are coded: item ids inside user ids, and numbers in the order of a file."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

import polars as pl

from rr_data.columns import Columns

_EXAMPLES: Final = 5
_TELLING: Final = 5  # a shorter id, or one of digits only, stands inside others by accident
_WORDS: Final = "words"


@dataclass(frozen=True, slots=True, kw_only=True)
class IdLeaks:
    """User ids that tell something.

    Attributes:
        n_users: number of user ids.
        containing: how many contain an item id.
        numbered: how many equal their own place in the list, counted from 0 or from 1, whichever gives more.
        examples: some user ids that contain an item id.
    """

    n_users: int
    containing: int
    numbered: int
    examples: tuple[str, ...]

    def to_json(self) -> dict[str, Any]:
        """What a manifest can record."""
        return {
            "users": self.n_users,
            "containing_item_ids": self.containing,
            "sequence_numbers": self.numbered,
            "examples": list(self.examples),
        }


def ids_inside_ids(user_ids: Iterable[str], item_ids: Iterable[str]) -> IdLeaks:
    """Look for item ids inside user ids, and for user ids that only count.

    An item id with a letter in it and at least five characters counts wherever it stands inside a user id. Shorter ones
    and numbers count only as one whole word among several (`u7_B01`): the user `112` does not contain the item `1`.

    Args:
        user_ids: distinct ids, in the order of the file or in the order of their codes.
        item_ids: distinct ids.

    Example:
        >>> ids_inside_ids(["ann-B0001X", "b7"], ["B0001X", "7"]).containing
        1
        >>> ids_inside_ids(["1", "2", "3"], ["1", "2"]).numbered
        3
    """
    users = pl.Series(Columns.USER_ID, list(user_ids), dtype=pl.String)
    items = pl.Series(Columns.ITEM_ID, list(item_ids), dtype=pl.String).unique()
    inside = _telling_inside(users, items) | _words_inside(users, items)
    places = pl.int_range(len(users), eager=True)
    numbered = max((int((users == (places + first).cast(pl.String)).sum() or 0) for first in (0, 1)), default=0)
    found = users.filter(inside)
    return IdLeaks(
        n_users=len(users), containing=len(found), numbered=numbered, examples=tuple(found.head(_EXAMPLES).to_list())
    )


def _telling_inside(users: pl.Series, items: pl.Series) -> pl.Series:
    telling = items.filter((items.str.len_chars() >= _TELLING) & items.str.contains(r"\p{L}"))
    if telling.is_empty():
        return pl.repeat(False, len(users), eager=True)
    return users.str.contains_any(telling.to_list()).fill_null(False)


def _words_inside(users: pl.Series, items: pl.Series) -> pl.Series:
    words = pl.DataFrame({_WORDS: users.str.extract_all(r"[\p{L}\p{N}]+")}).with_row_index()
    several = words.filter(pl.col(_WORDS).list.len() > 1).explode(_WORDS)
    rows = several.join(items.to_frame(), left_on=_WORDS, right_on=Columns.ITEM_ID, how="semi")["index"]
    return words["index"].is_in(rows.unique().to_list())
