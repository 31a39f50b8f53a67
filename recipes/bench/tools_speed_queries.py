"""The queries of the bench `tools-speed` in a file, so that a process without rr-data can ask them."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from rr_tools import HistoryQueries

TOP = 10


def write_queries(data: Path, file: Path, size: int, seed: int) -> int:
    """Draw users with a test item; their histories hold all before it. Returns how many there are."""
    from rr_data.interfaces import PreparedDataset  # noqa: PLC0415  # who only reads them needs no rr-data

    dataset = PreparedDataset.open(data)
    users = np.flatnonzero(dataset.targets("test") >= 0)
    drawn = np.random.default_rng(seed).permutation(users)[:size]
    sequences = dataset.sequences(until="validation")
    histories = [np.asarray(sequences[user], dtype=np.int64) for user in drawn]
    np.savez(file, users=drawn, items=np.concatenate(histories), lengths=[len(history) for history in histories])
    return len(drawn)


def read_queries(file: Path) -> HistoryQueries:
    """Read them."""
    arrays = np.load(file)
    return HistoryQueries(arrays["users"], np.split(arrays["items"], np.cumsum(arrays["lengths"])[:-1]))


def single(queries: HistoryQueries, row: int) -> HistoryQueries:
    """One of them."""
    return part(queries, slice(row, row + 1))


def part(queries: HistoryQueries, rows: slice) -> HistoryQueries:
    """Some of them."""
    return HistoryQueries(queries.users[rows], queries.histories[rows])
