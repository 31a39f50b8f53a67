"""A user in a few words, from the training history alone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Final

NO_PURCHASES: Final = "no earlier purchases"
_BUCKETS: Final = ((5, "few purchases"), (20, "some purchases"), (100, "many purchases"))
_MOST: Final = "very many purchases"
_NAMED_CATEGORIES: Final = 2


def describe_user(categories_of_history: Sequence[Sequence[str]]) -> str:
    """Describe a user for the field `{user_desc}`.

    The recipe: the number of purchases in words (1-4 few, 5-19 some, 20-99 many, from 100 very many) and the two most
    frequent categories, ties in alphabetical order. Nothing else about the user enters, and nothing after the history.

    Args:
        categories_of_history: the categories of each item in the history that the model may see.

    Example:
        >>> describe_user([["Drama"], ["Comedy", "Drama"], ["Action"]])
        'few purchases, mostly Drama and Action'
        >>> describe_user([])
        'no earlier purchases'
    """
    if not categories_of_history:
        return NO_PURCHASES
    amount = next((words for limit, words in _BUCKETS if len(categories_of_history) < limit), _MOST)
    tally = Counter(category for categories in categories_of_history for category in categories)
    favourites = sorted(tally, key=lambda category: (-tally[category], category))[:_NAMED_CATEGORIES]
    return f"{amount}, mostly {' and '.join(favourites)}" if favourites else amount
