"""What one model has answered so far, as columns of the whole batch."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rr_planner.resilience.guard import Call
from rr_planner.types import FloatArray, IntArray, Ranking

BoolArray = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class Blank:
    """The columns of a batch of B queries before anybody answered; shared, never written to."""

    items: IntArray  # [B, k]
    scores: FloatArray  # [B, k]
    unknown: FloatArray  # [B] NaN
    nowhere: BoolArray  # [B] False
    everywhere: BoolArray  # [B] True

    @classmethod
    def of(cls, size: int, k: int) -> Blank:
        """Return them."""
        scores = np.empty((size, k))
        scores.fill(-np.inf)
        unknown = np.empty(size)
        unknown.fill(np.nan)
        return cls(
            np.zeros((size, k), dtype=np.int64),
            scores,
            unknown,
            np.zeros(size, dtype=np.bool_),
            np.ones(size, dtype=np.bool_),
        )


class Answered:
    """The answers that one model has given so far to a batch of B queries.

    Attributes:
        items: [B, k]; padding where there is none.
        scores: [B, k]; -inf where there is none.
        confidence: [B]; NaN where there is none.
        thoughts: by row, where there are any.
        asked: [B] whether the model was asked.
        usable: [B] whether its answer can be served.
    """

    def __init__(self, blank: Blank) -> None:
        """Nothing was asked yet."""
        self.items, self.scores, self.confidence = blank.items, blank.scores, blank.unknown
        self.asked = self.usable = blank.nowhere
        self.thoughts: dict[int, str] = {}
        self._rated = False
        self._blank = blank

    def add(self, call: Call) -> None:
        """Take over the usable answers of a call."""
        rows, answer = call.rows, call.answer
        whole = len(rows) == len(self.asked)
        if whole:
            self.asked = self._blank.everywhere
        else:
            self.asked = self.asked.copy()
            self.asked[rows] = True
        if answer is None:
            return
        self._rated |= answer.rated
        if whole and not call.errors:
            self.usable = self._blank.everywhere
            self.items, self.scores, self.confidence = answer.items, answer.scores, answer.confidence
            self.thoughts = dict(enumerate(call.thoughts))
            return
        places = call.usable
        rows = rows[places]
        self._own()
        self.usable[rows] = True
        self.items[rows], self.scores[rows] = answer.items[places], answer.scores[places]
        self.confidence[rows] = answer.confidence[places]
        if call.thoughts:
            for place, row in zip(places.nonzero()[0].tolist(), rows.tolist(), strict=True):
                self.thoughts[row] = call.thoughts[place]

    def ranking(self, rows: IntArray) -> Ranking:
        """Return the answers to some queries; unusable ones are padding."""
        return Ranking(self.items[rows], self.scores[rows], self.confidence[rows] if self._rated else None)

    def _own(self) -> None:
        """Stop sharing the blank columns before the first row is written."""
        if self.usable is self._blank.nowhere:
            self.usable = self.usable.copy()
            self.items, self.scores, self.confidence = self.items.copy(), self.scores.copy(), self.confidence.copy()
