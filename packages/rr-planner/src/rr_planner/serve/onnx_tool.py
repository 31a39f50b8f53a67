"""An exported network as a tool, run by ONNX Runtime."""

from __future__ import annotations

import os
from typing import Any

import numpy as np
import onnxruntime  # type: ignore[import-untyped]

from rr_planner.errors import InvalidPolicyError
from rr_planner.types import QueryBatch, Ranking


class OnnxTool:
    """Runs a network that maps histories to scores of all items.

    The network takes one int64 input [B, `length`], the newest items of each history, oldest first, short ones filled
    up behind with `padding`; its first output is [B, N], the score of each item, and a second one, if there is any, [B]
    the calibrated confidence.

    Args:
        name: unique among the tools of a planner.
        path: the `.onnx` file.
        length: history items read.
        padding: what fills up a short history.
        threads: of ONNX Runtime.
        flops_per_query: NaN where unknown.

    Raises:
        InvalidPolicyError: the file is no network with one such input.
    """

    def __init__(
        self,
        name: str,
        path: str | os.PathLike[str],
        *,
        length: int = 50,
        padding: int = -1,
        threads: int = 1,
        flops_per_query: float = float("nan"),
    ) -> None:
        """Open the network."""
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        try:
            self._session: Any = onnxruntime.InferenceSession(
                os.fspath(path), options, providers=["CPUExecutionProvider"]
            )
        except Exception as error:  # ONNX Runtime raises classes of its own, one a status
            raise InvalidPolicyError("onnx", f"{path} ({error})", "a network that ONNX Runtime opens") from None
        inputs = self._session.get_inputs()
        if len(inputs) != 1 or inputs[0].type != "tensor(int64)":
            received = ", ".join(f"{one.name}: {one.type}" for one in inputs)
            raise InvalidPolicyError("onnx", f"inputs {received}", "one int64 input [B, length] of item ids")
        self.name, self.flops_per_query = name, flops_per_query
        self._input, self._length, self._padding = inputs[0].name, length, padding

    def rank(self, queries: QueryBatch, k: int) -> Ranking:
        """Score all items, or the candidates, and rank them."""
        rows = np.full((len(queries), self._length), self._padding, dtype=np.int64)
        for row, history in enumerate(queries.histories):
            newest = history[-self._length :]
            rows[row, : len(newest)] = newest
        if len(queries) == 0:
            return Ranking(np.empty((0, k), dtype=np.int64), np.empty((0, k)))
        scores, *more = self._session.run(None, {self._input: rows})
        confidence = more[0] if more else None
        if queries.candidates is None:
            return Ranking.from_scores(scores, k, confidence=confidence)
        known = (queries.candidates >= 0) & (queries.candidates < scores.shape[1])
        picked = np.take_along_axis(scores, np.where(known, queries.candidates, 0), axis=1)
        worst = np.where(known, picked, -np.inf)
        return Ranking.from_scores(worst, k, confidence=confidence, candidates=queries.candidates)
