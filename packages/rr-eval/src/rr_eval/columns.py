"""Python and NumPy values as columns of a predictions table."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa  # type: ignore[import-untyped]
from numpy.typing import NDArray

from rr_eval.errors import InvalidPredictionsError
from rr_eval.schema import COLUMNS

Values = Sequence[Any] | NDArray[Any]
_TYPES = {column.name: column.type for column in COLUMNS}


def to_arrow(name: str, values: str | Values | pa.Array, size: int) -> pa.Array:
    """Return `size` values as an Arrow array of the column's type; NaN becomes null, one string fills the column.

    Raises:
        InvalidPredictionsError: there are more or fewer values, or they are not of the column's type.
    """
    if isinstance(values, str):
        return pa.repeat(pa.scalar(values), size)
    expected = _TYPES.get(name)
    try:
        array = pa.array(list(values) if getattr(values, "ndim", 1) > 1 else values, from_pandas=True)
        if expected is not None and array.type != expected:
            array = array.cast(expected)
    except pa.ArrowException as error:
        received = f"values that Arrow refuses ({str(error).splitlines()[0]})"
        raise InvalidPredictionsError(name, received, str(expected or "values of one type")) from None
    if len(array) != size:
        raise InvalidPredictionsError(name, f"{len(array)} values", f"{size}, one for each query_id")
    return array


def without_padding(items: NDArray[Any], scores: NDArray[Any]) -> tuple[pa.Array, pa.Array]:
    """Return arrays [N, k] as N lists without the places whose score is -inf.

    Raises:
        InvalidPredictionsError: the two arrays differ in shape.
    """
    if items.shape != scores.shape:
        raise InvalidPredictionsError("scores", f"shape {scores.shape}", f"{items.shape}, as of items")
    kept = ~np.isneginf(scores)
    offsets = pa.array(np.concatenate([[0], np.cumsum(kept.sum(axis=1))]), pa.int32())
    names = pa.array(items[kept].tolist())
    return pa.ListArray.from_arrays(offsets, names), pa.ListArray.from_arrays(offsets, pa.array(scores[kept]))
