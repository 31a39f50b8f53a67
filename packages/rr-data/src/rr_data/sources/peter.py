"""Sentires' and PETER's folders: reviews with what they praise or blame."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from rr_data.errors import UnreadableSourceError
from rr_data.explanations.peter_files import REVIEWS_FILE, PeterReview, read_peter_reviews
from rr_data.sources.source import RAW_EXPLANATIONS, RAW_INTERACTIONS, RAW_REVIEWS, RawData, rejected_rows


@dataclass(frozen=True, slots=True)
class Peter:
    """Reads `reviews.pickle` from a folder of Sentires' or PETER's.

    Every row is an interaction, `line` is its number from 1, and there are no times. `template` and the tuples of
    `sentence` are its explanations; a row without either has none. A `text` is split into summary and review at its
    first line end; the sentences come from both, so a prompt that shows the summary may show the answer.

    The split of `train.index`, `validation.index` and `test.index` is not taken, since it ignores leave-one-out; see
    `rr_data.explanations.peter_files` to read it, and to keep it in PETER's files that a dataset is written to.
    """

    def read(self, paths: Sequence[Path]) -> RawData:
        """Read the folder; see `Source.read`."""
        if len(paths) != 1:
            raise UnreadableSourceError(f"peter: received {len(paths)} paths; expected one folder")
        if not paths[0].is_dir():
            raise UnreadableSourceError(f"{paths[0]}: no such folder; expected one with {REVIEWS_FILE}")
        reviews = read_peter_reviews(paths[0])
        path = paths[0] / REVIEWS_FILE
        good = [(line, row) for line, row in enumerate(reviews, start=1) if isinstance(row, PeterReview)]
        reasons = [row if isinstance(row, str) else row.damage for row in reviews]
        rejects = [(line, reason) for line, reason in enumerate(reasons, start=1) if reason is not None]
        return RawData(
            interactions=_table(
                [(row.user_id, row.item_id, None, row.rating, 0, line) for line, row in good], RAW_INTERACTIONS
            ),
            files=(path,),
            reviews=_reviews(good),
            explanations=_table(
                [(0, line, *explanation) for line, row in good for explanation in row.explanations], RAW_EXPLANATIONS
            ),
            rejected=rejected_rows(path, rejects),
        )


def _reviews(good: Sequence[tuple[int, PeterReview]]) -> pl.DataFrame | None:
    split = [(line, row.text.partition("\n")) for line, row in good if row.text is not None]
    rows = [(0, line, summary.strip() or None, text.strip() or None) for line, (summary, _, text) in split]
    return _table(rows, RAW_REVIEWS) if rows else None


def _table(rows: Sequence[tuple[Any, ...]], schema: pl.Schema) -> pl.DataFrame:
    return pl.DataFrame(rows, schema=schema, orient="row")
