"""The values that cross the planner's boundary: queries in, rankings through, decisions and answers out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from rr_planner.errors import InvalidQueryError

IntArray = NDArray[np.int64]
FloatArray = NDArray[np.float64]
EMPTY: Mapping[str, NDArray[Any]] = MappingProxyType({})


class Route(StrEnum):
    """Who answers a query (paper, section 3.3)."""

    TOOLS = "tools"  # low risk: delegated to light models
    REASONER = "reasoner"  # medium risk: the reasoner alone
    BOTH = "both"  # high risk: tools are consulted, the reasoner decides again


class Risk(StrEnum):
    """The paper's three risk levels (Fig. 3)."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"


RISK_OF_ROUTE: Mapping[Route, Risk] = MappingProxyType(
    {Route.TOOLS: Risk.LOW, Route.REASONER: Risk.MEDIUM, Route.BOTH: Risk.HIGH}
)


@dataclass(frozen=True, slots=True, eq=False)
class QueryBatch:
    """A batch of B ranking queries, column by column.

    Attributes:
        ids: [B] query ids, any dtype; they name queries in ledgers and answers.
        users: [B] user ids, any dtype; a tool that does not know a user answers as for a new one.
        histories: B arrays of int64 item ids, oldest first; an empty array is a user without history.
        evidence_horizon: [B] float64 in [0, 1]; 1 means no evidence (paper, section 3.2).
        candidates: [B, C] int64 item ids to rank, or None for the whole catalogue.
        features: further [B] columns of the team's own, by name.

    Build one with `QueryBatch.of`, which checks everything.
    """

    ids: NDArray[Any]
    users: NDArray[Any]
    histories: tuple[IntArray, ...]
    evidence_horizon: FloatArray
    candidates: IntArray | None = None
    features: Mapping[str, NDArray[Any]] = field(default_factory=lambda: EMPTY)

    @classmethod
    def of(
        cls,
        *,
        users: ArrayLike,
        histories: Sequence[ArrayLike],
        evidence_horizon: ArrayLike,
        ids: ArrayLike | None = None,
        candidates: ArrayLike | None = None,
        features: Mapping[str, ArrayLike] | None = None,
    ) -> QueryBatch:
        """Check and freeze a batch; `ids` defaults to 0..B-1.

        Raises:
            InvalidQueryError: a column has another length than `users`, a horizon lies outside [0, 1] or is not
                finite, or histories hold something else than whole numbers. The message names the column.

        Example:
            >>> batch = QueryBatch.of(users=[7, 9], histories=[[1, 2], []], evidence_horizon=[0.2, 1.0])
            >>> len(batch), batch.take([1]).users.tolist()
            (2, [9])
        """
        user_column = np.asarray(users)
        size = len(user_column) if user_column.ndim == 1 else -1
        if size < 0:
            raise InvalidQueryError("users", f"an array of shape {user_column.shape}", "one id a query, shape [B]")
        columns = {name: _column(name, np.asarray(values), size) for name, values in (features or {}).items()}
        horizon = _column("evidence_horizon", np.asarray(evidence_horizon), size)
        if horizon.dtype.kind not in "fiu":
            raise InvalidQueryError("evidence_horizon", f"dtype {horizon.dtype}", "numbers in [0, 1]")
        horizon = horizon.astype(np.float64)
        if not np.all((horizon >= 0) & (horizon <= 1)):
            bad = horizon[~((horizon >= 0) & (horizon <= 1))][0]
            raise InvalidQueryError("evidence_horizon", f"{bad}", "finite numbers in [0, 1]")
        if len(histories) != size:
            raise InvalidQueryError("histories", f"{len(histories)} of them", f"one for each of the {size} users")
        return cls(
            ids=np.arange(size) if ids is None else _column("ids", np.asarray(ids), size),
            users=user_column,
            histories=tuple(_item_ids("histories", history, 1) for history in histories),
            evidence_horizon=horizon,
            candidates=None if candidates is None else _candidates(candidates, size),
            features=MappingProxyType(columns) if columns else EMPTY,
        )

    def __len__(self) -> int:
        """Return B."""
        return len(self.users)

    def take(self, indices: ArrayLike) -> QueryBatch:
        """Return the queries at `indices` [N], in that order."""
        rows = np.asarray(indices, dtype=np.int64)
        return QueryBatch(
            ids=self.ids[rows],
            users=self.users[rows],
            histories=tuple(self.histories[row] for row in rows),
            evidence_horizon=self.evidence_horizon[rows],
            candidates=None if self.candidates is None else self.candidates[rows],
            features=MappingProxyType({name: values[rows] for name, values in self.features.items()}),
        )


@dataclass(frozen=True, slots=True, eq=False)
class Ranking:
    """The top k items for each of B queries, best first.

    Attributes:
        items: [B, k] int64 item ids. A list shorter than k is padded; a padded place has the score -inf.
        scores: [B, k] float, not increasing along a row, comparable inside a row only.
        confidence: [B] float in [0, 1], the calibrated probability that the answer is right, or None.
    """

    items: IntArray
    scores: FloatArray
    confidence: FloatArray | None = None

    def __len__(self) -> int:
        """Return B."""
        return len(self.items)

    def take(self, indices: ArrayLike) -> Ranking:
        """Return the rows at `indices` [N], in that order."""
        rows = np.asarray(indices, dtype=np.int64)
        confidence = None if self.confidence is None else self.confidence[rows]
        return Ranking(self.items[rows], self.scores[rows], confidence)


def _column(name: str, values: NDArray[Any], size: int) -> NDArray[Any]:
    if values.shape != (size,):
        raise InvalidQueryError(name, f"shape {values.shape}", f"shape ({size},), one value a query")
    return values


def _item_ids(name: str, values: ArrayLike, ndim: int) -> IntArray:
    array = np.asarray(values)
    if array.size == 0:
        array = array.astype(np.int64)
    if array.ndim != ndim or array.dtype.kind not in "iu":
        raise InvalidQueryError(name, f"dtype {array.dtype}, shape {array.shape}", f"{ndim}-d arrays of item ids (int)")
    return array.astype(np.int64, copy=False)


def _candidates(values: ArrayLike, size: int) -> IntArray:
    array = _item_ids("candidates", values, 2)
    if len(array) != size:
        raise InvalidQueryError("candidates", f"{len(array)} rows", f"one row for each of the {size} users")
    return array
