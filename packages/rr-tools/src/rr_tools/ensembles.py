"""Several tools that answer as one: majority vote and rank averaging over their lists, in NumPy."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Sequence
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from rr_tools.errors import ConfigError
from rr_tools.runtime.queries import Queries
from rr_tools.runtime.ranking import PADDED, Ranking

FloatArray = NDArray[np.float64]


class AnswerLike(Protocol):
    """A tool's answer: items [B, k] and scores [B, k], best first, padded with score -inf."""

    @property
    def items(self) -> NDArray[Any]:
        """[B, k] item codes."""
        ...

    @property
    def scores(self) -> NDArray[Any]:
        """[B, k] not increasing along a row."""
        ...


class ToolLike(Protocol):
    """What an ensemble asks of its tools; `RuntimeTool` offers it, and so does every `rr_planner.protocols.Tool`."""

    @property
    def name(self) -> str:
        """The tool's name."""
        ...

    @property
    def flops_per_query(self) -> float:
        """Floating-point operations one query costs."""
        ...

    def rank(self, queries: Any, k: int) -> AnswerLike:
        """Rank the k best items for each query."""
        ...


class Ensemble(ABC):
    """Ranks items by what they get from the lists that they stand in; itself a tool by shape.

    Places count from 1; items of a list with equal scores share the middle of their places. Padding counts for nothing,
    so a tool without an answer has no say. Equal sums are ordered by item code. There is no confidence.
    """

    def __init__(self, tools: Sequence[ToolLike], *, name: str, depth: int) -> None:
        """Ask `tools` for lists of `depth` items; the answer does not hang on their order.

        Raises:
            ConfigError: there is no tool, two have the same name (one voice would count twice), or depth is below 1.
        """
        twice = [tool for tool, count in Counter(tool.name for tool in tools).items() if count > 1]
        if not tools or twice:
            found = f"{', '.join(map(repr, twice))} stands in it twice" if twice else "it has none"
            raise ConfigError(f"an ensemble needs one or more tools with names of their own; {found}")
        if depth < 1:
            raise ConfigError(f"depth is {depth}; an ensemble reads at least one place of each list")
        self._tools, self._name, self._depth = tuple(tools), name, depth

    @property
    def name(self) -> str:
        """The ensemble's name."""
        return self._name

    @property
    def tool_names(self) -> tuple[str, ...]:
        """The names of its tools."""
        return tuple(tool.name for tool in self._tools)

    @property
    def flops_per_query(self) -> float:
        """What all of its tools cost."""
        return float(sum(tool.flops_per_query for tool in self._tools))

    def rank(self, queries: Queries, k: int) -> Ranking:
        """Ask every tool and rank the k best of the items that they list; short rows are padded.

        Args:
            queries: B queries, as for the tools.
            k: length of the lists; the tools are asked for `depth` items whatever it is.

        Raises:
            ConfigError: k is below 1.
        """
        if k < 1:
            raise ConfigError(f"k is {k}; a ranking has at least one place")
        answers = [tool.rank(queries, self._depth) for tool in self._tools]
        items = np.concatenate([np.asarray(answer.items, dtype=np.int64) for answer in answers], axis=1)
        worths = np.concatenate([self._worths(_places(np.asarray(answer.scores))) for answer in answers], axis=1)
        return _best(items, worths, k)

    @abstractmethod
    def _worths(self, places: FloatArray) -> FloatArray:
        """Return [B, depth] what an item gets from its place in one list; 0 where the place is NaN, for padding."""


class MajorityVote(Ensemble):
    """An item has the vote of every tool that lists it; equal votes are ordered by the sum of reciprocal places.

    The whole part of a score is the number of votes.

    Example:
        >>> from rr_tools.runtime.ranking import Ranking
        >>> class Fixed:
        ...     flops_per_query = 1.0
        ...     def __init__(self, name, items):
        ...         self.name, self.items = name, np.array([items])
        ...     def rank(self, queries, k):
        ...         return Ranking(self.items, np.linspace(1.0, 0.0, self.items.size)[None])
        >>> MajorityVote([Fixed("a", [1, 2]), Fixed("b", [3, 2])]).rank(None, 4).items.tolist()
        [[2, 1, 3, -1]]
    """

    def __init__(self, tools: Sequence[ToolLike], *, name: str = "majority-vote", depth: int = 20) -> None:
        """Ask `tools` for lists of `depth` items; see `Ensemble`."""
        super().__init__(tools, name=name, depth=depth)

    def _worths(self, places: FloatArray) -> FloatArray:
        # An item's reciprocal places sum to at most its votes, so the fraction stays below 1.
        return np.nan_to_num(1.0 + 1.0 / places / (len(self._tools) + 1))


class RankAverage(Ensemble):
    """Items by their mean place over all tools; in a list where an item is missing, its place is `depth` + 1.

    A score is how far the mean place is above `depth` + 1.
    """

    def __init__(self, tools: Sequence[ToolLike], *, name: str = "rank-average", depth: int = 100) -> None:
        """Ask `tools` for lists of `depth` items; see `Ensemble`."""
        super().__init__(tools, name=name, depth=depth)

    def _worths(self, places: FloatArray) -> FloatArray:
        return np.nan_to_num((self._depth + 1.0 - places) / len(self._tools))


def _places(scores: NDArray[Any]) -> FloatArray:
    """Return [B, w] the place of each item of a list, the middle one among equal scores, NaN for padding."""
    rows, width = scores.shape
    starts, ends = np.ones((rows, width), dtype=bool), np.ones((rows, width), dtype=bool)
    starts[:, 1:] = scores[:, 1:] != scores[:, :-1]
    ends[:, :-1] = starts[:, 1:]
    numbers = np.arange(1, width + 1)
    first = np.maximum.accumulate(np.where(starts, numbers, 0), axis=1)
    last = np.minimum.accumulate(np.where(ends, numbers, width + 1)[:, ::-1], axis=1)[:, ::-1]
    return np.where(np.isneginf(scores), np.nan, (first + last) / 2)


def _best(items: NDArray[np.int64], worths: FloatArray, k: int) -> Ranking:
    """Sum the worths [B, W] of each row's items [B, W] and return the k best with a sum above 0."""
    rows, places = np.nonzero(worths > 0)
    listed, worth = items[rows, places], worths[rows, places]
    order = np.lexsort((listed, rows))
    rows, listed, worth = rows[order], listed[order], worth[order]
    new = np.ones(len(rows), dtype=bool)
    new[1:] = (rows[1:] != rows[:-1]) | (listed[1:] != listed[:-1])
    sums = np.bincount(np.cumsum(new) - 1, worth, minlength=int(new.sum())).astype(np.float32)
    rows, listed = rows[new], listed[new]
    order = np.lexsort((listed, -sums, rows))
    rows, listed, sums = rows[order], listed[order], sums[order]
    counts = np.bincount(rows, minlength=len(items))
    place = np.arange(len(rows)) - np.repeat(np.cumsum(counts) - counts, counts)
    kept = place < k
    best = Ranking(np.full((len(items), k), PADDED), np.full((len(items), k), -np.inf, dtype=np.float32))
    best.items[rows[kept], place[kept]] = listed[kept]
    best.scores[rows[kept], place[kept]] = sums[kept]
    return best
