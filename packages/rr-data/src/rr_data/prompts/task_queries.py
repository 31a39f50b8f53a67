"""The questions of one task that tuning examples ask."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from rr_data.errors import EvidenceError
from rr_data.prompts.sequence_views import SequenceViews

IntArray = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class TaskQueries:
    """N questions.

    Attributes:
        task: `sequential`, `direct`, `ctr` or `explanation`.
        ids: [N] strings, see `query_ids`. Tools answer by them; the questions about the candidates of one list share
            the list's.
        users: [N] user codes.
        histories: N histories that the prompt may read, oldest first: what came before the answer.
        items: [N] item codes: the answer of a sequential question, else the item in question.
        targets: [N] item codes that tools should find: the list's right item (direct), else `items`.
        labels: [N] int8, 1 or 0, where the answer is yes or no.
        candidates: N candidate lists, ascending, where tools rank lists (direct).
        star_ratings: [N] 1 to 5 (explanation).
        sentences: [N] the answers of explanations.

    Raises:
        EvidenceError: columns of different lengths.
    """

    task: str
    ids: pl.Series
    users: IntArray
    histories: SequenceViews
    items: IntArray
    targets: IntArray
    labels: NDArray[np.int8] | None = None
    candidates: SequenceViews | None = None
    star_ratings: IntArray | None = None
    sentences: pl.Series | None = None

    def __post_init__(self) -> None:
        """Refuse columns of different lengths."""
        lengths = {name: len(column) for name, column in self._columns().items()}
        if len(set(lengths.values())) > 1:
            raise EvidenceError(f"{self.task} queries: received columns of lengths {lengths}; expected one length")

    def __len__(self) -> int:
        """N."""
        return len(self.users)

    def take(self, rows: NDArray[Any]) -> TaskQueries:
        """The questions at some places.

        Args:
            rows: [M] places, or [N] bool.
        """
        places = np.flatnonzero(rows) if rows.dtype == np.bool_ else rows
        return TaskQueries(task=self.task, **{name: column[places] for name, column in self._columns().items()})

    def _columns(self) -> dict[str, Any]:
        columns = {field.name: getattr(self, field.name) for field in fields(self) if field.name != "task"}
        return {name: column for name, column in columns.items() if column is not None}


def query_ids(user_ids: pl.Series, users: IntArray, numbers: IntArray) -> pl.Series:
    """Ids of training questions: `USER_ID:NUMBER`.

    The number is, by task: the place of the target in the user's training sequence, from 0 (sequential, direct); the
    code of the item (ctr); the row of the interaction (explanation). It holds no colon, so ids are distinct.

    Args:
        user_ids: the id of each user code.
        users: [N] user codes.
        numbers: [N].

    Example:
        >>> query_ids(pl.Series(["ann", "bob"]), np.array([1, 1]), np.array([0, 7])).to_list()
        ['bob:0', 'bob:7']
    """
    return user_ids.gather(users) + ":" + pl.Series(numbers).cast(pl.String)
