"""Which tool answers a query of low risk."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, Self, runtime_checkable

import numpy as np
from numpy.typing import ArrayLike, NDArray

from rr_planner.errors import InvalidPolicyError, InvalidQueryError
from rr_planner.policies.fixed import uniform_draws
from rr_planner.policies.signals import NO_TOOL, Signals
from rr_planner.types import IntArray

UNKNOWN = -1.0
"""What a tool without a confidence counts for."""


@runtime_checkable
class Selection(Protocol):
    """Picks one tool a query among those that answered."""

    def required(self, tool_names: Sequence[str]) -> tuple[str, ...]:
        """Return the tools that must be asked before `select` can choose."""
        ...

    def select(self, signals: Signals, answered: NDArray[np.bool_]) -> IntArray:
        """Return [B] indices into `signals.tool_names`, -1 where no tool can answer.

        Args:
            signals: what is known of the B queries, the tools' confidences included; nothing is delegated yet.
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

    def select(self, signals: Signals, answered: NDArray[np.bool_]) -> IntArray:
        """[B] the most confident tool that answered."""
        return best_of(np.where(answered, np.fmax(signals.tool_confidence, UNKNOWN), -np.inf))


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

    def select(self, signals: Signals, answered: NDArray[np.bool_]) -> IntArray:
        """[B] that tool where it answered."""
        index = self._index(signals.tool_names)
        return np.where(answered[index], index, NO_TOOL)

    def _index(self, tool_names: Sequence[str]) -> int:
        if self.name not in tool_names:
            raise InvalidPolicyError("selection", f"the tool {self.name!r}", f"one of {', '.join(tool_names)}")
        return list(tool_names).index(self.name)


@dataclass(frozen=True, slots=True)
class RandomTool:
    """A tool drawn from a hash of the query's id, to compare a selection with.

    Args:
        seed: another seed draws other tools.
    """

    seed: int = 0

    def required(self, tool_names: Sequence[str]) -> tuple[str, ...]:
        """All of them."""
        return tuple(tool_names)

    def select(self, signals: Signals, answered: NDArray[np.bool_]) -> IntArray:
        """[B] one of the tools that answered, each as likely as the others."""
        count = answered.sum(0)
        wanted = (uniform_draws(self.seed, signals.ids) * np.maximum(count, 1)).astype(np.int64)
        place = np.argmax(answered & (np.cumsum(answered, axis=0) == wanted + 1), axis=0) if len(answered) else count
        return np.where(count > 0, place, NO_TOOL)


@dataclass(frozen=True, slots=True)
class BestInHindsight:
    """The tool whose answer was worth most, from outcomes: the bound that no selection can beat. For analysis only.

    Args:
        gains: by query id, the gain of each tool by name.
    """

    gains: Mapping[int | str, Mapping[str, float]]

    @classmethod
    def from_gains(cls, ids: ArrayLike, tool_names: Sequence[str], gains: ArrayLike) -> Self:
        """Take gains [T, B] of the tools in the queries with the ids [B]."""
        columns = np.asarray(gains, dtype=np.float64).T.tolist()
        pairs = zip(np.asarray(ids).tolist(), columns, strict=True)
        return cls({query: dict(zip(tool_names, column, strict=True)) for query, column in pairs})

    def required(self, tool_names: Sequence[str]) -> tuple[str, ...]:
        """All of them."""
        return tuple(tool_names)

    def select(self, signals: Signals, answered: NDArray[np.bool_]) -> IntArray:
        """[B] the tool that gained most of those that answered; of equal ones the first.

        Raises:
            InvalidQueryError: a query or a tool whose gain is unknown.
        """
        try:
            known = [[self.gains[query][name] for query in signals.ids.tolist()] for name in signals.tool_names]
        except KeyError as error:
            raise InvalidQueryError("ids", f"{error.args[0]!r}", "queries and tools whose gains are known") from None
        return best_of(np.where(answered, np.array(known).reshape(answered.shape), -np.inf))


def best_of(worth: NDArray[Any]) -> IntArray:
    """Return [B] the place of the largest worth [T, B], of equal ones the first; -1 where all are -inf."""
    if len(worth) == 0:
        return np.full(worth.shape[1], NO_TOOL)
    best: IntArray = worth.argmax(axis=0)
    np.copyto(best, NO_TOOL, where=np.maximum.reduce(worth, axis=0) == -np.inf)
    return best
