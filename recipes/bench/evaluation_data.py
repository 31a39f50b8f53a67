"""A generated predictions table to measure rr-eval on."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pyarrow as pa  # type: ignore[import-untyped]
import pyarrow.parquet as pq  # type: ignore[import-untyped]

from rr_eval import Predictions

CATALOGUE = 100_000
LIST = 10
_PIECE = 250_000


def predictions_file(folder: Path, *, rows: int, seed: int = 0) -> Path:
    """A predictions table of two systems on `rows / 2` queries, lists of ten; kept in the folder."""
    path = folder / f"predictions-{rows}-{seed}.parquet"
    if path.exists():
        return path
    folder.mkdir(parents=True, exist_ok=True)
    partial = path.with_suffix(f".{os.getpid()}.partial")
    first = _piece("a", 0, 1, seed).table
    with pq.ParquetWriter(partial, first.schema, compression="zstd") as writer:
        for system in ("a", "b"):
            for start in range(0, rows // 2, _PIECE):
                writer.write_table(_piece(system, start, min(_PIECE, rows // 2 - start), seed).table)
    partial.replace(path)
    return path


def _piece(system: str, start: int, size: int, seed: int) -> Predictions:
    rng = np.random.default_rng([seed, start, ord(system)])
    first, step = rng.integers(0, CATALOGUE, (size, 1)), rng.integers(1, CATALOGUE // LIST, (size, 1))
    items = (first + step * np.arange(LIST)) % CATALOGUE  # distinct within a list
    place = rng.geometric(0.06 if system == "a" else 0.065, size) - 1
    targets = np.where(place < LIST, items[np.arange(size), np.minimum(place, LIST - 1)], (first[:, 0] + 1) % CATALOGUE)
    absent = (place >= LIST) & (step[:, 0] == 1)
    targets = np.where(absent, (items[:, -1] + 1) % CATALOGUE, targets)
    names = np.char.add("i", np.arange(CATALOGUE).astype(str))
    queries = np.char.add("q", np.arange(start, start + size).astype(str))
    offsets = pa.array(np.arange(size + 1) * LIST, pa.int32())
    scores = -np.sort(-rng.normal(size=(size, LIST)).astype(np.float32), axis=1)
    catalogue = pa.array(names)
    return Predictions.from_columns(
        query_id=queries,
        user_id=queries,
        task="sequential",
        system=system,
        items=pa.ListArray.from_arrays(offsets, catalogue.take(pa.array(items.ravel()))),
        scores=pa.ListArray.from_arrays(offsets, pa.array(scores.ravel())),
        target=catalogue.take(pa.array(targets)),
        n_ahead=place,
        n_tied=np.zeros(size, np.int32),
    )
