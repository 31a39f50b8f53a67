"""The ranked lists of a predictions table as flat arrays, place after place."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa  # type: ignore[import-untyped]
import pyarrow.compute as pc  # type: ignore[import-untyped]
from numpy.typing import NDArray

from rr_eval.table_checks import list_column


@dataclass(frozen=True, slots=True, eq=False)
class FlatLists:
    """Every place of every ranked list, one after the other.

    Attributes:
        rows: [M] int64, the row of the table each place belongs to.
        scores: [M] float32.
        is_target: [M] bool, whether the item at this place is the row's target.
        lengths: [N] int64, how long each row's list is.
    """

    rows: NDArray[np.int64]
    scores: NDArray[np.float32]
    is_target: NDArray[np.bool_]
    lengths: NDArray[np.int64]

    @classmethod
    def of(cls, table: pa.Table) -> FlatLists:
        """Read the columns `items`, `scores` and `target`."""
        offsets, items = list_column(table, "items")
        _, scores = list_column(table, "scores")
        rows = _owners(offsets)
        targets = table["target"].combine_chunks().take(pa.array(rows))
        is_target = pc.equal(items, targets).to_numpy(zero_copy_only=False).astype(bool)
        return cls(rows, scores.to_numpy(zero_copy_only=False), is_target, np.diff(offsets))


@dataclass(frozen=True, slots=True, eq=False)
class FlatRelevant:
    """Every relevant item of every row, one after the other; of a row without any in `relevant`, its target.

    Attributes:
        offsets: [N + 1] int64, where each row's relevant items begin and end.
        gains: [R] float64, how relevant each is; None without a column `gains`.
        of_place: [M] int64, for each place of `FlatLists` which of the R relevant items stands there, -1 for none.
    """

    offsets: NDArray[np.int64]
    gains: NDArray[np.float64] | None
    of_place: NDArray[np.int64]

    @classmethod
    def of(cls, table: pa.Table) -> FlatRelevant:
        """Read the columns `items`, `target`, `relevant` and, where there is one, `gains`."""
        offsets, wanted = list_column(table, "relevant")
        told = np.diff(offsets) > 0
        if not told.all():
            targets = table["target"].combine_chunks()
            alone = pa.ListArray.from_arrays(pa.array(np.arange(len(targets) + 1), pa.int32()), targets)
            filled = pc.if_else(pa.array(told), table["relevant"].combine_chunks(), alone)
            offsets, wanted = list_column(pa.table({"relevant": filled}), "relevant")
        gains = None
        if "gains" in table.column_names:
            _, values = list_column(table, "gains")
            gains = np.ones(len(wanted))
            gains[np.repeat(told, np.diff(offsets))] = values.to_numpy(zero_copy_only=False)
        list_offsets, items = list_column(table, "items")
        of_place = _positions(_owners(list_offsets), items, _owners(offsets), wanted)
        return cls(offsets, gains, of_place)


def _positions(
    rows: NDArray[np.int64], items: pa.Array, in_rows: NDArray[np.int64], among: pa.Array
) -> NDArray[np.int64]:
    """For each item the position of the same one in the same row among others, -1 where there is none."""
    codes = pa.concat_arrays([among, items]).dictionary_encode().indices.to_numpy(zero_copy_only=False)
    keys = np.concatenate([in_rows, rows]) * (int(codes.max(initial=0)) + 1) + codes
    known, asked = keys[: len(among)], keys[len(among) :]
    if not len(known):
        return np.full(len(asked), -1)
    order = np.argsort(known)
    at = order[np.minimum(np.searchsorted(known, asked, sorter=order), len(known) - 1)]
    return np.where(known[at] == asked, at, -1)


def _owners(offsets: NDArray[np.int64]) -> NDArray[np.int64]:
    return np.repeat(np.arange(len(offsets) - 1), np.diff(offsets))
