"""The times that a split by time needs."""

from __future__ import annotations

import numpy as np
import polars as pl
from numpy.typing import NDArray

from rr_data.columns import Columns
from rr_data.errors import OptionError


def times_of(interactions: pl.DataFrame, split: str) -> NDArray[np.int64]:
    """[N] seconds.

    Raises:
        OptionError: an interaction without a time.
    """
    missing = interactions[Columns.TIMESTAMP].null_count()
    if missing:
        raise OptionError(
            "split", split, f"one that needs no times: {missing} of {interactions.height} interactions have none"
        )
    return interactions[Columns.TIMESTAMP].to_numpy()
