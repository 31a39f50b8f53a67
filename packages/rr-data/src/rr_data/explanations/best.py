"""One explanation a review."""

from __future__ import annotations

from typing import Final

import polars as pl

from rr_data.columns import Columns

_PLACE: Final = "place"
_SAID: Final = "said"
_AGAINST: Final = "against"


def best_explanations(explanations: pl.DataFrame) -> pl.DataFrame:
    """Keep the one explanation of each review that PETER and VIP5 learn from.

    The rule, in this order: the sentiment of most of the review's explanations (at a draw, either); the sentence that
    says most, counted in different pairs of feature and opinion; what stands first in the text. It looks at one review
    at a time, so no other review, of the test part or otherwise, changes the choice.

    Args:
        explanations: `row`, `feature`, `opinion`, `sentence`, `sentiment`, as `extract_explanations` orders them;
            other columns stay.

    Returns:
        One row a review, in the order of `row`.

    Example:
        >>> table = pl.DataFrame(
        ...     {
        ...         "row": [4, 4, 4],
        ...         "feature": ["box", "card", "lid"],
        ...         "opinion": ["bad", "good", "nice"],
        ...         "sentence": ["A bad box.", "A good card, a nice lid.", "A good card, a nice lid."],
        ...         "sentiment": [-1, 1, 1],
        ...     }
        ... )
        >>> best_explanations(table)["feature"].to_list()
        ['card']
    """
    row, sentiment = pl.col(Columns.ROW), pl.col(Columns.SENTIMENT)
    balance = sentiment.cast(pl.Int64).sum().over(row)
    return (
        explanations.with_row_index(_PLACE)
        .with_columns(
            (balance * sentiment < 0).alias(_AGAINST),
            pl.len().over(Columns.ROW, Columns.SENTENCE).alias(_SAID),
        )
        .sort(Columns.ROW, _AGAINST, _SAID, _PLACE, descending=[False, False, True, False])
        .unique(Columns.ROW, keep="first", maintain_order=True)
        .drop(_PLACE, _AGAINST, _SAID)
    )
