"""What one model has answered so far, as columns of the whole batch."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from rr_planner.resilience.guard import Call
from rr_planner.types import FloatArray, IntArray, Ranking

BoolArray = NDArray[np.bool_]


class Answered:
    """The answers that one model has given so far to a batch of B queries.

    Attributes:
        items: [B, k]; padding where there is none.
        scores: [B, k]; -inf where there is none.
        confidence: [B]; NaN where there is none.
        thoughts: B texts.
        asked: [B] whether the model was asked.
        usable: [B] whether its answer can be served.
    """

    def __init__(self, size: int, k: int) -> None:
        """Nothing was asked yet."""
        self.items: IntArray = np.zeros((size, k), dtype=np.int64)
        self.scores: FloatArray = np.full((size, k), -np.inf)
        self.confidence: FloatArray = np.full(size, np.nan)
        self.thoughts = [""] * size
        self.asked: BoolArray = np.zeros(size, dtype=np.bool_)
        self.usable: BoolArray = np.zeros(size, dtype=np.bool_)
        self._rated = False

    def add(self, call: Call) -> None:
        """Take over the usable answers of a call."""
        self.asked[call.rows] = True
        if call.answer is None:
            return
        usable = call.usable
        rows = call.rows[usable]
        self.usable[rows] = True
        self.items[rows], self.scores[rows] = call.answer.items[usable], call.answer.scores[usable]
        self.confidence[rows] = call.answer.confidence[usable]
        self._rated |= call.answer.rated
        if call.thoughts:
            for place, row in zip(np.flatnonzero(usable).tolist(), rows.tolist(), strict=True):
                self.thoughts[row] = call.thoughts[place]

    def ranking(self, rows: IntArray) -> Ranking:
        """Return the answers to some queries; unusable ones are padding."""
        return Ranking(self.items[rows], self.scores[rows], self.confidence[rows] if self._rated else None)
