"""Read predictions tables (`docs/interfaces.md`): what tools answered to which queries."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

import polars as pl
import pyarrow as pa  # type: ignore[import-untyped]
import pyarrow.parquet as pq  # type: ignore[import-untyped]

from rr_data.errors import EvidenceError

PREDICTIONS_VERSION: Final = "1"
PREDICTIONS_VERSION_KEY: Final = b"rr_predictions_version"
QUERY_ID, USER_ID, TASK, SYSTEM, RANKED, SCORES, TARGET = (
    "query_id", "user_id", "task", "system", "items", "scores", "target",
)  # fmt: skip
PREDICTIONS: Final = pl.Schema(
    {
        QUERY_ID: pl.String(),
        USER_ID: pl.String(),
        TASK: pl.String(),
        SYSTEM: pl.String(),
        RANKED: pl.List(pl.String()),
        SCORES: pl.List(pl.Float32()),
        TARGET: pl.String(),
    }
)


def read_predictions(paths: Sequence[str | Path], task: str, *, tools: Sequence[str] | None = None) -> pl.DataFrame:
    """The rows of some predictions tables that answer one task.

    Args:
        paths: Parquet files, schema version 1, or folders of them.
        task: the task; rows of others are left out.
        tools: the systems to read; by default all.

    Returns:
        `PREDICTIONS`, one row a query and system.

    Raises:
        EvidenceError: no such file, no predictions table, another schema version, a column that is absent, of another
            type or with nulls, a system that answers one query twice, or no row of the task.
    """
    if not paths:
        raise EvidenceError("predictions: received no file; expected at least one predictions table (Parquet)")
    table = pl.concat([_read(file) for path in paths for file in _files(Path(path))])
    found = sorted(table[TASK].unique().to_list())
    rows = table.filter(pl.col(TASK) == task)
    if tools is not None:
        rows = rows.filter(pl.col(SYSTEM).is_in(list(tools)))
    if not rows.height:
        names = ", ".join(str(path) for path in paths)
        of = "" if tools is None else f" by {', '.join(tools)}"
        raise EvidenceError(f"{names}: no answers to {task} queries{of}; the tasks there: {', '.join(found) or 'none'}")
    twice = rows.filter(pl.struct(QUERY_ID, SYSTEM).is_duplicated())
    if twice.height:
        query, system = twice.row(0, named=True)[QUERY_ID], twice.row(0, named=True)[SYSTEM]
        raise EvidenceError(f"predictions: {system!r} answers query {query!r} more than once; expected one row each")
    return rows


def _files(path: Path) -> list[Path]:
    if not path.is_dir():
        return [path]
    files = sorted(path.glob("*.parquet"))
    if not files:
        raise EvidenceError(f"{path}: a folder without .parquet files; expected predictions tables")
    return files


def _read(path: Path) -> pl.DataFrame:
    if not path.is_file():
        raise EvidenceError(f"{path}: no such file; expected a predictions table (Parquet)")
    try:
        metadata = pq.read_schema(path).metadata or {}
        _check_version(path, metadata)
        table = pl.read_parquet(path)
    except (OSError, pa.ArrowException, pl.exceptions.PolarsError) as error:
        reason = (str(error).splitlines() or [type(error).__name__])[0]
        raise EvidenceError(f"{path}: not a Parquet file that can be read ({reason})") from error
    absent = [name for name in PREDICTIONS if name not in table.columns]
    if absent:
        raise EvidenceError(f"{path}: column {absent[0]!r} is absent; expected {', '.join(PREDICTIONS)}")
    lists = {name: isinstance(kind, pl.List) for name, kind in PREDICTIONS.items()}
    try:
        if any(isinstance(table.schema[name], pl.List) != is_list for name, is_list in lists.items()):
            raise pl.exceptions.SchemaError("a list where none should be, or the other way round")
        table = table.select(pl.col(name).cast(kind) for name, kind in PREDICTIONS.items())
    except pl.exceptions.PolarsError as error:
        raise EvidenceError(f"{path}: columns of other types; expected {dict(PREDICTIONS)}") from error
    for name in PREDICTIONS:
        if table[name].null_count():
            raise EvidenceError(f"{path}: column {name!r} holds nulls; expected a value in every row")
    return table


def _check_version(path: Path, metadata: dict[bytes, bytes]) -> None:
    version = metadata.get(PREDICTIONS_VERSION_KEY)
    if version is None:
        raise EvidenceError(
            f"{path}: not a predictions table: its metadata lack {PREDICTIONS_VERSION_KEY.decode()}; write it with "
            "rr_eval"
        )
    if version.decode(errors="replace") != PREDICTIONS_VERSION:
        raise EvidenceError(
            f"{path}: predictions table of schema version {version.decode(errors='replace')}; this rr-data reads "
            f"version {PREDICTIONS_VERSION}; write it again with a matching rr_eval"
        )
