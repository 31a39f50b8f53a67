"""Bins of confidences."""

from __future__ import annotations

from typing import Literal, get_args

import numpy as np
from numpy.typing import ArrayLike, NDArray

from rr_eval.errors import InvalidArgumentError

Binning = Literal["mass", "width"]


def bin_of(confidence: NDArray[np.float64], n_bins: int, binning: Binning) -> NDArray[np.int64]:
    """Return the bin [N] of each confidence, from 0; equal confidences share a bin.

    Args:
        confidence: [N] in [0, 1], at least one.
        n_bins: at most so many bins.
        binning: `mass`, as many answers in one bin as in the next; `width`, equal parts of [0, 1], open on the left.

    Raises:
        InvalidArgumentError: `n_bins` is below 1, or `binning` unknown.
    """
    if n_bins < 1:
        raise InvalidArgumentError("n_bins", n_bins, "1 or more")
    if binning not in get_args(Binning):
        raise InvalidArgumentError("binning", repr(binning), f"one of {', '.join(get_args(Binning))}")
    if binning == "width":
        edges = np.linspace(0, 1, n_bins + 1)[1:-1]
        return np.searchsorted(edges, confidence, side="left")
    _, group, sizes = np.unique(confidence, return_inverse=True, return_counts=True)
    middle = np.cumsum(sizes) - sizes / 2  # mid-rank of each distinct confidence, in (0, N)
    return np.asarray(np.floor(middle / len(confidence) * n_bins).astype(np.int64)[group])


def check_answers(confidence: ArrayLike, right: ArrayLike) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return confidences and whether the answers are right, [N] float64 each.

    Raises:
        InvalidArgumentError: no answers, different lengths, a confidence outside [0, 1], or neither right nor wrong.
    """
    stated, correct = np.asarray(confidence, np.float64), np.asarray(right, np.float64)
    if stated.ndim != 1 or not len(stated) or stated.shape != correct.shape:
        received = f"shapes {stated.shape} and {correct.shape}"
        raise InvalidArgumentError("confidence, right", received, "the same shape [N], at least one answer")
    if not np.all((stated >= 0) & (stated <= 1)):
        raise InvalidArgumentError("confidence", stated[~((stated >= 0) & (stated <= 1))][0], "numbers in [0, 1]")
    if not np.isin(correct, (0, 1)).all():
        raise InvalidArgumentError("right", correct[~np.isin(correct, (0, 1))][0], "booleans, or 0 and 1")
    return stated, correct
