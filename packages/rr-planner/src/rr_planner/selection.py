"""Which tool answers a query of low risk."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from rr_planner.errors import InvalidPolicyError
from rr_planner.policies.signals import NO_TOOL
from rr_planner.types import FloatArray, IntArray


@runtime_checkable
class Selection(Protocol):
    """Picks one tool a query among those that answered."""

    def required(self, tool_names: Sequence[str]) -> tuple[str, ...]:
        """Return the tools that must be asked before `select` can choose."""
        ...

    def select(self, tool_names: Sequence[str], confidence: FloatArray, answered: NDArray[np.bool_]) -> IntArray:
        """Return [B] indices into `tool_names`, -1 where no tool can answer.

        Args:
            tool_names: T names.
            confidence: [T, B] calibrated confidences, NaN where unknown.
            answered: [T, B] whether the tool gave a valid answer.
        """
        ...


@dataclass(frozen=True, slots=True)
class MostConfident:
    """The tool with the highest calibrated confidence in this query; of equal ones the first in the order given.

    A tool without a confidence counts as the least confident.
    """

    def required(self, tool_names: Sequence[str]) -> tuple[str, ...]:
        """All of them."""
        return tuple(tool_names)

    def select(self, tool_names: Sequence[str], confidence: FloatArray, answered: NDArray[np.bool_]) -> IntArray:
        """[B] the most confident tool that answered."""
        known = np.where(np.isnan(confidence), -1.0, confidence)
        return _best(np.where(answered, known, -np.inf))


@dataclass(frozen=True, slots=True)
class BestOverall:
    """Always the same tool, such as the best one on validation data; no other is asked.

    Args:
        name: the tool's name.
    """

    name: str

    def required(self, tool_names: Sequence[str]) -> tuple[str, ...]:
        """That tool alone."""
        self._index(tool_names)
        return (self.name,)

    def select(self, tool_names: Sequence[str], confidence: FloatArray, answered: NDArray[np.bool_]) -> IntArray:
        """[B] that tool where it answered."""
        index = self._index(tool_names)
        return np.where(answered[index], index, NO_TOOL)

    def _index(self, tool_names: Sequence[str]) -> int:
        if self.name not in tool_names:
            raise InvalidPolicyError("selection", f"the tool {self.name!r}", f"one of {', '.join(tool_names)}")
        return list(tool_names).index(self.name)


def _best(worth: NDArray[Any]) -> IntArray:
    if len(worth) == 0:
        return np.full(worth.shape[1], NO_TOOL)
    best = np.argmax(worth, axis=0)
    return np.where(np.isneginf(worth[best, np.arange(worth.shape[1])]), NO_TOOL, best)
