"""What is known of a batch of queries at a stage of the cascade."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from rr_planner.types import EMPTY, FloatArray, IntArray, QueryBatch

NO_TOOL = -1


@dataclass(frozen=True, slots=True, eq=False)
class Signals:
    """The columns a policy decides from; B queries, T tools. What is not known yet is NaN.

    Attributes:
        ids: [B] query ids.
        evidence_horizon: [B] in [0, 1].
        tool_names: T names; the order of the rows of `tool_confidence`.
        tool_confidence: [T, B] calibrated confidences; NaN for a tool that was not asked, failed or has none.
        delegate: [B] the tool that would answer, as an index into `tool_names`; -1 where none can.
        agreement: [B] how far the tools' lists overlap, in [0, 1].
        reasoner_confidence: [B] calibrated confidence of the reasoner alone.
        features: further [B] columns of the team's own, by name.
    """

    ids: NDArray[Any]
    evidence_horizon: FloatArray
    tool_names: tuple[str, ...]
    tool_confidence: FloatArray
    delegate: IntArray
    agreement: FloatArray
    reasoner_confidence: FloatArray
    features: Mapping[str, NDArray[Any]] = field(default_factory=lambda: EMPTY)

    @classmethod
    def of(cls, queries: QueryBatch, tool_names: tuple[str, ...]) -> Signals:
        """Return what is known before anything ran."""
        size = len(queries)
        unknown = np.full(size, np.nan)
        return cls(
            ids=queries.ids,
            evidence_horizon=queries.evidence_horizon,
            tool_names=tool_names,
            tool_confidence=np.full((len(tool_names), size), np.nan),
            delegate=np.full(size, NO_TOOL),
            agreement=unknown,
            reasoner_confidence=unknown,
            features=queries.features,
        )

    def __len__(self) -> int:
        """Return B."""
        return len(self.ids)

    def take(self, indices: ArrayLike) -> Signals:
        """Return the queries at `indices` [N], in that order."""
        rows = np.asarray(indices, dtype=np.int64)
        return Signals(
            ids=self.ids[rows],
            evidence_horizon=self.evidence_horizon[rows],
            tool_names=self.tool_names,
            tool_confidence=self.tool_confidence[:, rows],
            delegate=self.delegate[rows],
            agreement=self.agreement[rows],
            reasoner_confidence=self.reasoner_confidence[rows],
            features={name: values[rows] for name, values in self.features.items()},
        )

    @property
    def delegate_confidence(self) -> FloatArray:
        """[B] confidence of the tool that would answer: NaN where no tool can, 0 where the tool has none."""
        if not self.tool_names:
            return np.full(len(self), np.nan)
        # A tool without a confidence, NaN, passes a threshold of 0 and no other.
        chosen: FloatArray = np.fmax(self.tool_confidence[self.delegate, np.arange(len(self.delegate))], 0.0)
        np.copyto(chosen, np.nan, where=self.delegate == NO_TOOL)
        return chosen
