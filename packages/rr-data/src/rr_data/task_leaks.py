"""Does any task train on a pair of user and item that another task tests?"""

from __future__ import annotations

from typing import Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from rr_data.columns import Columns
from rr_data.splits.leaks import LeakReport, cross_task_leaks
from rr_data.splits.parts import PARTS

PART_CODE: Final = "part_code"
PAIR: Final = [Columns.USER, Columns.ITEM]


def leaks_across_tasks(
    interactions: pl.DataFrame,
    parts: NDArray[np.int8],
    *,
    ctr: pl.DataFrame | None,
    explanations: pl.DataFrame | None,
) -> LeakReport:
    """Compare the tasks' training parts with each other's test parts.

    Direct recommendation shares the sequential task's parts. A pair that its user repeats across parts is no leak: it
    stands in the history by the user's own doing, and no other task uses it.

    Args:
        interactions: with codes `user` and `item`.
        parts: [interactions] int8, indices into `PARTS`.
        ctr: `columns.CTR` or None.
        explanations: `columns.EXPLANATIONS` or None.
    """
    pairs = interactions.select(*PAIR, pl.Series(PART_CODE, parts))
    alone = ctr is None and explanations is None
    once = pairs.clear() if alone else pairs.join(repeated_across_parts(pairs), on=PAIR, how="anti")
    tasks = {"sequential": once.select(*PAIR, part_names(once[PART_CODE]))}
    if ctr is not None:
        tasks["ctr"] = ctr.filter(pl.col(Columns.LABEL) == 1).select(*PAIR, Columns.PART)
    if explanations is not None:
        rows = explanations[Columns.ROW]
        tasks["explanation"] = pairs.select(PAIR)[rows].with_columns(explanations[Columns.PART])
    return cross_task_leaks(tasks)


def repeated_across_parts(pairs: pl.DataFrame) -> pl.DataFrame:
    """The distinct pairs, of `user`, `item` and `part_code`, that stand in more than one part."""
    again = pairs.filter(pl.struct(PAIR).is_duplicated())
    return again.group_by(PAIR).agg(pl.col(PART_CODE).n_unique()).filter(pl.col(PART_CODE) > 1).select(PAIR)


def part_names(codes: pl.Series) -> pl.Series:
    """Column `part` from part codes."""
    return pl.Series(PARTS).gather(codes).alias(Columns.PART)
