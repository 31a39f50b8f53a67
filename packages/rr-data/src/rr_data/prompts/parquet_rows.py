"""Rows as a Parquet file that appears when it is whole."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import islice
from pathlib import Path
from typing import Any, Final

import pyarrow as pa  # type: ignore[import-untyped]
import pyarrow.parquet as pq  # type: ignore[import-untyped]

from rr_data.errors import OptionError

_ROWS_AT_ONCE: Final = 8192


def write_parquet_rows(rows: Iterable[Mapping[str, Any]], schema: Any, path: str | Path) -> int:
    """Write rows, a few thousand at a time.

    Args:
        rows: one mapping of column to value each.
        schema: a `pyarrow.Schema`.
        path: the file; one that is there is replaced at the end.

    Returns:
        How many rows were written.

    Raises:
        OptionError: a file that cannot be written.
    """
    file = Path(path)
    partial = file.with_name(f".{file.name}.partial")
    remaining, written = iter(rows), 0
    try:
        with pq.ParquetWriter(partial, schema) as writer:
            while block := list(islice(remaining, _ROWS_AT_ONCE)):
                writer.write_table(pa.Table.from_pylist(block, schema=schema))
                written += len(block)
        partial.replace(file)
    except OSError as error:
        raise OptionError("path", str(path), f"a file that can be written ({error})") from error
    finally:
        partial.unlink(missing_ok=True)
    return written
