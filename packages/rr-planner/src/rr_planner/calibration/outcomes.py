"""Past answers to learn from: checked once, refused where nothing can be learned."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from rr_planner.errors import CalibrationError
from rr_planner.types import FloatArray

MINIMUM = 50


def column(
    name: str, values: ArrayLike, shape: tuple[int, ...], *, unit: bool = False, gaps: bool = False
) -> FloatArray:
    """Return a column of outcomes as float64.

    Args:
        name: for the message.
        values: numbers or booleans.
        shape: expected.
        unit: whether all must lie in [0, 1].
        gaps: whether NaN may stand for unknown.

    Raises:
        CalibrationError: another shape, no numbers, or numbers that are not allowed.
    """
    array = np.asarray(values)
    if array.shape != shape or array.dtype.kind not in "biuf":
        raise CalibrationError(name, f"dtype {array.dtype}, shape {array.shape}", f"numbers of shape {shape}")
    array = array.astype(np.float64)
    valid = (array >= 0) & (array <= 1) if unit else np.isfinite(array)
    if gaps:
        valid |= np.isnan(array)
    if not valid.all():
        raise CalibrationError(name, f"{array[~valid][0]}", "numbers in [0, 1]" if unit else "finite numbers")
    return array


def confidence_outcomes(confidence: ArrayLike, correct: ArrayLike) -> tuple[FloatArray, FloatArray]:
    """Check confidences [N] against whether the answers were right [N].

    Raises:
        CalibrationError: fewer than `MINIMUM` outcomes, all right or all wrong, or arrays that do not fit.
    """
    size = np.shape(confidence)[:1] or (0,)
    sure = column("confidence", confidence, (size[0],), unit=True)
    right = column("correct", correct, (size[0],), unit=True)
    if not np.isin(right, (0.0, 1.0)).all():
        raise CalibrationError("correct", "numbers between 0 and 1", "0 or 1 for each answer")
    if len(sure) < MINIMUM:
        raise CalibrationError("confidence", f"{len(sure)} outcomes", f"at least {MINIMUM}")
    if right.min() == right.max():
        every = "right" if right[0] else "wrong"
        raise CalibrationError("correct", f"answers that are all {every}", "right and wrong answers to tell apart")
    return sure, right
