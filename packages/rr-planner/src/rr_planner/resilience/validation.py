"""Is what a tool or reasoner answered a ranking? Checked on every answer, because nothing behind the planner does."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rr_planner.errors import InvalidAnswerError
from rr_planner.protocols import RankingLike
from rr_planner.types import EMPTY_LIST, FloatArray, IntArray, QueryBatch

_SMALL = 256  # numbers
_ROUNDING = 1e-6  # confidences computed in float32 may miss the bounds by as much


@dataclass(frozen=True, slots=True, eq=False)
class Checked:
    """An answer in plain arrays.

    Attributes:
        items: [B, k] int64 item ids.
        scores: [B, k] float64, -inf for padding.
        confidence: [B] in [0, 1], NaN where the model has none.
        rated: whether the model gives confidences.
        errors: why a row cannot be served, by row; rows that are not in it can.
    """

    items: IntArray
    scores: FloatArray
    confidence: FloatArray
    rated: bool
    errors: Mapping[int, str]


def check_ranking(answer: RankingLike, queries: QueryBatch, k: int, *, n_items: int | None = None) -> Checked:
    """Check an answer to `queries`, whose item ids are 0..n_items-1 if that is given.

    Raises:
        InvalidAnswerError: no row can be used: a column is missing or has the wrong shape or type.

    Returns:
        The answer with the breaches of single rows: NaN or infinite scores, scores that increase, an item twice, an
        item that is no candidate or unknown, no item at all, a confidence that is NaN or outside [0, 1]. The arrays
        are copies.
    """
    items = _array("items", answer, (len(queries), k), "iu").astype(np.int64)
    scores = _array("scores", answer, (len(queries), k), "fiu").astype(np.float64)
    given = getattr(answer, "confidence", None)
    confidence = _confidence(given, len(queries))
    errors: dict[int, str] = {}
    if not _plainly_right(items, scores, queries.candidates, n_items):
        _find_breaches(errors, items, scores, queries.candidates, n_items)
    if given is not None and not _plainly_sure(confidence):
        inside = (confidence >= -_ROUNDING) & (confidence <= 1 + _ROUNDING)
        _record(errors, ~inside, "confidence: NaN or outside [0, 1]")
        confidence = confidence.clip(0.0, 1.0)
    return Checked(items, scores, confidence, given is not None, errors)


def check_thoughts(thoughts: object, size: int) -> tuple[str, ...]:
    """Return the thoughts as a tuple.

    Raises:
        InvalidAnswerError: they are not one text a query.
    """
    texts = tuple(thoughts) if isinstance(thoughts, (list, tuple, np.ndarray)) else ()
    if len(texts) != size or not all(isinstance(text, str) for text in texts):
        raise InvalidAnswerError("thoughts", f"{type(thoughts).__name__} of {len(texts)}", f"{size} texts")
    return tuple(str(text) for text in texts)


def _array(name: str, answer: RankingLike, shape: tuple[int, int], kinds: str) -> NDArray[Any]:
    if not hasattr(answer, name):
        raise InvalidAnswerError(name, f"a {type(answer).__name__} without it", "an array of shape [B, k]")
    array = np.asarray(getattr(answer, name))
    if array.shape != shape:
        raise InvalidAnswerError(name, f"shape {array.shape}", f"shape {shape}, [B, k], short lists padded")
    if array.dtype.kind not in kinds:
        raise InvalidAnswerError(name, f"dtype {array.dtype}", "whole numbers" if kinds == "iu" else "numbers")
    return array


def _confidence(given: object, size: int) -> FloatArray:
    if given is None:
        return np.full(size, np.nan)
    array = np.asarray(given)
    if array.shape != (size,) or array.dtype.kind not in "fiu":
        raise InvalidAnswerError("confidence", f"dtype {array.dtype}, shape {array.shape}", f"numbers, shape ({size},)")
    return array.astype(np.float64)


def _record(errors: dict[int, str], breach: NDArray[np.bool_], message: str) -> None:
    if breach.any():
        for row in np.flatnonzero(breach).tolist():
            errors.setdefault(row, message)


def _plainly_right(items: IntArray, scores: FloatArray, candidates: IntArray | None, n_items: int | None) -> bool:
    """Whether a small answer is one without a breach and without padding, as nearly every answer is.

    On a few numbers Python's own lists are several times faster than array operations.
    """
    if items.size > _SMALL or (candidates is not None and candidates.size > _SMALL):
        return False
    for row, (ids, values) in enumerate(zip(items.tolist(), scores.tolist(), strict=True)):
        # A finite sum has finite terms: no NaN, no infinity, no padding.
        if len(set(ids)) < len(ids) or not math.isfinite(sum(values)) or values != sorted(values, reverse=True):
            return False
        if n_items is not None and not (min(ids) >= 0 and max(ids) < n_items):
            return False
        if candidates is not None and not set(candidates[row].tolist()).issuperset(ids):
            return False
    return True


def _plainly_sure(confidence: FloatArray) -> bool:
    return len(confidence) <= _SMALL and all(0.0 <= value <= 1.0 for value in confidence.tolist())


def _find_breaches(
    errors: dict[int, str], items: IntArray, scores: FloatArray, candidates: IntArray | None, n_items: int | None
) -> None:
    """Record the first breach of each row; later ones often follow from it."""
    padding = np.isneginf(scores)
    if not _plainly_ordered(scores):
        _record(errors, np.isnan(scores).any(1), "scores: NaN")
        _record(errors, np.isposinf(scores).any(1), "scores: infinity")
        _record(errors, (scores[:, 1:] > scores[:, :-1]).any(1), "scores: they increase along the row")
        _record(errors, padding.all(1), EMPTY_LIST)
    if not _plainly_distinct(items):
        _record(errors, _repeats(items, padding), "items: an item stands twice")
    if n_items is not None:
        _record(errors, (((items < 0) | (items >= n_items)) & ~padding).any(1), "items: an unknown item")
    if candidates is not None:
        _record(errors, _strangers(items, padding, candidates), "items: an item is not among the candidates")


def _plainly_ordered(scores: FloatArray) -> bool:
    """Whether all rows start with a finite score and never rise: two comparisons for what nearly every answer is."""
    return bool(np.isfinite(scores[:, 0]).all() and (scores[:, 1:] <= scores[:, :-1]).all())


def _plainly_distinct(items: IntArray) -> bool:
    ids = np.sort(items, axis=1)
    return not (ids[:, 1:] == ids[:, :-1]).any()


def _repeats(items: IntArray, padding: NDArray[np.bool_]) -> NDArray[np.bool_]:
    # A stable sort keeps padding, which stands at the end of a row, behind a real item of the same id.
    order = np.argsort(items, axis=1, kind="stable")
    ids, pads = np.take_along_axis(items, order, 1), np.take_along_axis(padding, order, 1)
    return np.asarray(((ids[:, 1:] == ids[:, :-1]) & ~pads[:, 1:]).any(1))


def _strangers(items: IntArray, padding: NDArray[np.bool_], candidates: IntArray) -> NDArray[np.bool_]:
    # Codes of (row, item) pairs: one look-up for the whole batch, however long the candidate lists.
    known, codes = np.unique(np.concatenate([items.ravel(), candidates.ravel()]), return_inverse=True)
    rows = np.arange(len(items))[:, None] * len(known)
    listed = rows + codes[: items.size].reshape(items.shape)
    allowed = rows + codes[items.size :].reshape(candidates.shape)
    return np.asarray((~np.isin(listed, allowed) & ~padding).any(1))
