"""Writing the predictions table: Parquet where PyArrow is installed, JSON lines everywhere."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from rr_tools.errors import InvalidDataError, MissingExtraError

SCHEMA_VERSION = 1
VERSION_KEY = "rr_predictions_version"
PARQUET, JSON_LINES = ".parquet", ".jsonl"
Write = Callable[[Sequence[dict[str, Any]]], None]


@contextmanager
def predictions_file(path: str | Path, *, more: Sequence[str] = ()) -> Iterator[Write]:
    """Yield a function that appends rows to a file, which is there when the block ends well, and else is not.

    Args:
        path: ends in `.parquet` (the predictions table, schema version 1) or `.jsonl` (the same, a row a line).
        more: columns of texts behind those that every table has.

    Raises:
        InvalidDataError: another ending, or a folder that does not exist.
        MissingExtraError: Parquet is asked for and PyArrow is not installed.
    """
    path = Path(path)
    writers = {PARQUET: _parquet, JSON_LINES: _json_lines}
    if path.suffix not in writers:
        raise InvalidDataError(f"{path} must end in {PARQUET} or {JSON_LINES}")
    if not path.parent.is_dir():
        raise InvalidDataError(f"there is no folder {path.parent}; make it first")
    partial = path.with_name(f".{path.name}.partial")
    try:
        with writers[path.suffix](partial, more) as write:
            yield write
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)


@contextmanager
def _json_lines(path: Path, _more: Sequence[str]) -> Iterator[Write]:
    with path.open("w", encoding="utf-8") as file:

        def write(rows: Sequence[dict[str, Any]]) -> None:
            file.writelines(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)

        yield write


@contextmanager
def _parquet(path: Path, more: Sequence[str]) -> Iterator[Write]:
    try:
        import pyarrow as pa  # type: ignore[import-untyped]  # noqa: PLC0415  # an extra
        import pyarrow.parquet as pq  # type: ignore[import-untyped]  # noqa: PLC0415
    except ImportError as error:
        raise MissingExtraError("pyarrow") from error
    schema = pa.schema(
        [
            ("query_id", pa.string()),
            ("user_id", pa.string()),
            ("task", pa.string()),
            ("system", pa.string()),
            ("items", pa.list_(pa.string())),
            ("scores", pa.list_(pa.float32())),
            ("target", pa.string()),
            ("n_ahead", pa.int32()),
            ("n_tied", pa.int32()),
            ("confidence", pa.float32()),
            ("route", pa.string()),
            ("tools_used", pa.list_(pa.string())),
            ("latency_ms", pa.float32()),
            ("flops", pa.float64()),
            ("group", pa.string()),
            *((name, pa.string()) for name in more),
        ],
        metadata={VERSION_KEY: str(SCHEMA_VERSION)},
    )
    with pq.ParquetWriter(path, schema, compression="zstd") as writer:

        def write(rows: Sequence[dict[str, Any]]) -> None:
            writer.write_table(pa.Table.from_pylist(list(rows), schema=schema))

        yield write
