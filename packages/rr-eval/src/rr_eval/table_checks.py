"""Checks across the columns and rows of a predictions table; `rr_eval.schema` checks each column by itself."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np
import pyarrow as pa  # type: ignore[import-untyped]
import pyarrow.compute as pc  # type: ignore[import-untyped]
from numpy.typing import NDArray

from rr_eval.errors import InvalidPredictionsError


def row_name(table: pa.Table, row: int) -> str:
    """Name a row as a person finds it: "row 3 (query 'q7', system 'agent')"."""
    return f"row {row} (query {table['query_id'][row].as_py()!r}, system {table['system'][row].as_py()!r})"


def list_column(table: pa.Table, name: str) -> tuple[NDArray[np.int64], pa.Array]:
    """Return a list column as offsets [N + 1] and its flat values; a null list counts as empty."""
    lists = table[name].combine_chunks()
    lengths = pc.fill_null(pc.list_value_length(lists), 0).to_numpy(zero_copy_only=False)
    return np.concatenate([[0], np.cumsum(lengths, dtype=np.int64)]), lists.flatten()


def check_lists(table: pa.Table, *, source: str) -> None:
    """Each row has as many scores as items, no item twice, and scores that are numbers and do not increase."""
    (offsets, items), (score_offsets, scores) = list_column(table, "items"), list_column(table, "scores")
    rows = np.repeat(np.arange(len(table)), np.diff(offsets))
    refuse = partial(_refuse, table, source)
    uneven = np.flatnonzero(np.diff(offsets) != np.diff(score_offsets))
    refuse(uneven, "scores", "another number of scores than items", "one score an item")
    refuse(rows[items.is_null().to_numpy(zero_copy_only=False)], "items", "a null item", "item ids")
    values = scores.to_numpy(zero_copy_only=False)  # a null score comes as NaN
    refuse(rows[np.isnan(values)], "scores", "a score that is not a number", "one number an item")
    rises = (values[1:] > values[:-1]) & (rows[1:] == rows[:-1])
    refuse(rows[1:][rises], "scores", "rising scores", "scores that do not increase, best item first")
    refuse(_rows_with_repeats(rows, items), "items", "an item that stands twice", "each item once in a list")


def check_relevant_lists(table: pa.Table, *, source: str) -> None:
    """A row's relevant items are distinct, the target among them, with a gain above 0 each and no rank columns."""
    if "relevant" not in table.column_names:
        if "gains" in table.column_names:
            raise InvalidPredictionsError("gains", "it without 'relevant'", "both or neither", source=source)
        return
    refuse = partial(_refuse, table, source)
    offsets, wanted = list_column(table, "relevant")
    rows = np.repeat(np.arange(len(table)), np.diff(offsets))
    refuse(rows[wanted.is_null().to_numpy(zero_copy_only=False)], "relevant", "a null item", "item ids")
    refuse(_rows_with_repeats(rows, wanted), "relevant", "an item that stands twice", "each item once in a list")
    targets = table["target"].combine_chunks().take(pa.array(rows))
    has_target = np.zeros(len(table), dtype=bool)
    has_target[rows[pc.equal(wanted, targets).to_numpy(zero_copy_only=False)]] = True
    lacking = np.flatnonzero(~has_target & (np.diff(offsets) > 0))
    refuse(lacking, "relevant", "a list without the target", "the target among the relevant items")
    counted = np.flatnonzero(table["n_ahead"].is_valid().to_numpy())
    refuse(counted, "n_ahead", "a number beside a column 'relevant'", "null: ranks are read off the list")
    if "gains" in table.column_names:
        gain_offsets, gains = list_column(table, "gains")
        uneven = np.flatnonzero(np.diff(offsets) != np.diff(gain_offsets))
        refuse(uneven, "gains", "another number of gains than relevant items", "one gain an item")
        values = gains.to_numpy(zero_copy_only=False)
        refuse(rows[~((values > 0) & (values < np.inf))], "gains", "a gain of 0 or less", "finite numbers above 0")


def check_rank_columns(table: pa.Table, *, source: str) -> None:
    """`n_ahead` and `n_tied` are given together or not at all."""
    row = pc.index(pc.xor(table["n_ahead"].is_null(), table["n_tied"].is_null()), True).as_py()
    if row >= 0:
        where = row_name(table, row)
        raise InvalidPredictionsError("n_tied", f"one of n_ahead, n_tied in {where}", "both or neither", source=source)


def check_unique(table: pa.Table, *, source: str) -> None:
    """A system answers a query of a task once."""
    counts = table.group_by(["task", "system", "query_id"]).aggregate([([], "count_all")])
    if len(counts) < len(table):
        twice = counts.filter(pc.greater(counts["count_all"], 1)).slice(0, 1).to_pylist()[0]
        received = f"{twice['query_id']!r} {twice['count_all']} times for system {twice['system']!r}"
        raise InvalidPredictionsError("query_id", received, "one row per query, system and task", source=source)


def _rows_with_repeats(rows: NDArray[np.int64], items: pa.Array) -> NDArray[np.int64]:
    codes = items.dictionary_encode()
    width = max(len(codes.dictionary), 1)
    keys = np.sort(rows * width + codes.indices.to_numpy(zero_copy_only=False))
    return np.asarray(keys[1:][keys[1:] == keys[:-1]] // width)


def _refuse(table: pa.Table, source: str, bad_rows: NDArray[Any], column: str, received: str, expected: str) -> None:
    if len(bad_rows):
        where = row_name(table, int(bad_rows.min()))
        raise InvalidPredictionsError(column, f"{received} in {where}", expected, source=source)
