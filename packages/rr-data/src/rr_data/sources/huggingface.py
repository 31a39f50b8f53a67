"""Hugging Face datasets: in memory, as `save_to_disk` writes them, or as Parquet and JSON lines."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import polars as pl
import pyarrow as pa  # type: ignore[import-untyped]

from rr_data import columns
from rr_data.columns import Columns
from rr_data.errors import OptionError, UnreadableSourceError
from rr_data.sources.interaction_table import ColumnNames, to_interactions
from rr_data.sources.item_table import read_table
from rr_data.sources.json_lines import read_rows
from rr_data.sources.record_fields import record_of
from rr_data.sources.source import RawData

_JSON_LINES: Final = (".jsonl", ".ndjson", ".json")
_STATE: Final = "state.json"
_SPLITS: Final = "dataset_dict.json"
_IN_MEMORY: Final = Path("dataset")
_Tables = tuple[pl.DataFrame, pl.DataFrame]


@dataclass(frozen=True, slots=True)
class HuggingFace(ColumnNames):
    """Reads a `datasets.Dataset` with one row an interaction. Its further options are those of `ColumnNames`.

    Paths are folders that `save_to_disk` wrote (of a `DatasetDict` every split is read, one after the other), and
    Parquet or JSON-lines files. Nothing is asked of the hub, and the base install is enough for what is on the disk.

    Attributes:
        dataset: a `datasets.Dataset`, or a dict of them, that is read instead of paths. Its interactions have no file,
            and their `line` counts the rows.

    Example:
        >>> HuggingFace(user_id="user", item_id="parent_asin", time_unit="ms").item_id
        'parent_asin'
    """

    dataset: Any = None

    def __post_init__(self) -> None:
        """Check unit and dataset."""
        ColumnNames.__post_init__(self)
        if self.dataset is not None and not isinstance(self.dataset, dict) and not hasattr(self.dataset, "with_format"):
            raise OptionError("dataset", self.dataset, "a datasets.Dataset; files and folders are paths")

    def read(self, paths: Sequence[Path] = ()) -> RawData:
        """Read the dataset, or else the paths; see `Source.read`."""
        if (self.dataset is None) == (not paths):
            raise UnreadableSourceError("huggingface: expected paths, or else the option dataset with an object")
        if self.dataset is not None:
            return self._read_object()
        files = [file for path in paths for file in _files(path)]
        read = [self._interactions(*self._table(file), file, index) for index, file in enumerate(files)]
        return RawData(
            pl.concat(good for good, _ in read), tuple(files), rejected=pl.concat(rejected for _, rejected in read)
        )

    def _read_object(self) -> RawData:
        parts = self.dataset.values() if isinstance(self.dataset, dict) else [self.dataset]
        rows = pl.concat([self._wanted(part.with_format("arrow")[:]) for part in parts], how="vertical_relaxed")
        read, rejected = self._interactions(_numbered(rows), _none(), _IN_MEMORY, 0)
        nowhere = pl.lit(None).cast(read.schema[Columns.FILE])
        return RawData(read.with_columns(nowhere.alias(Columns.FILE)), (), rejected=rejected)

    def _interactions(self, rows: pl.DataFrame, rejected: pl.DataFrame, path: Path, index: int) -> _Tables:
        good, bad = to_interactions(rows, self, path=path, file_index=index)
        return good, pl.concat([rejected, bad])

    def _table(self, path: Path) -> _Tables:
        if path.suffix == ".arrow":
            return _numbered(self._wanted(_read_arrow(path))), _none()
        if path.name.removesuffix(".gz").endswith(_JSON_LINES):
            return self._read_json_lines(path)
        return read_table(path)

    def _wanted(self, table: pa.Table) -> pl.DataFrame:
        """The columns in question only: others may be pictures."""
        names = [name for name in table.column_names if name in self._names()]
        try:
            chosen = pl.from_arrow(table.select(names))
        except (pl.exceptions.PolarsError, pl.exceptions.PanicException) as error:
            first = str(error).partition("\n")[0]
            raise UnreadableSourceError(f"columns {', '.join(names)}: cannot be read: {first}") from error
        return chosen if isinstance(chosen, pl.DataFrame) else chosen.to_frame()

    def _names(self) -> tuple[str, ...]:
        return (self.user_id, self.item_id, self.timestamp or Columns.TIMESTAMP, self.rating or Columns.RATING)

    def _read_json_lines(self, path: Path) -> _Tables:
        names = tuple(dict.fromkeys(self._names()))
        seen: set[str] = set()

        def take(value: Any) -> tuple[str | None, ...]:
            record = record_of(value)
            seen.update(name for name in names if name in record)
            return tuple(_word(record.get(name)) for name in names)

        rows, rejects = read_rows(path, take, pl.Schema(dict.fromkeys(names, pl.String())))
        named = [(path.name, line, reason) for line, reason in rejects]
        rejected = pl.DataFrame(named, schema=columns.REJECTED, orient="row")
        return rows.drop(name for name in names if name not in seen), rejected


def _files(path: Path) -> Iterator[Path]:
    """The files of a path; those of a saved dataset in their order."""
    if path.is_file():
        yield path
    elif (path / _SPLITS).is_file():
        for split in _names_in(path / _SPLITS, "splits"):
            yield from _files(path / split)
    elif (path / _STATE).is_file():
        yield from (path / name for name in _names_in(path / _STATE, "_data_files"))
    else:
        raise UnreadableSourceError(f"{path}: no such file, nor a folder that save_to_disk wrote")


def _names_in(path: Path, key: str) -> list[str]:
    """Names of files or folders beside a JSON file, which lists them as such or as `filename` of objects."""
    try:
        content = json.loads(path.read_bytes())
        listed = [entry["filename"] if isinstance(entry, dict) else entry for entry in content[key]]
    except (OSError, ValueError, LookupError, TypeError, RecursionError) as error:
        raise UnreadableSourceError(f"{path}: no list of {key} in it; expected what save_to_disk writes") from error
    for name in listed:
        if not isinstance(name, str) or name in ("", ".", "..") or {"/", "\\", "\0"} & set(name):
            raise UnreadableSourceError(f"{path}: {name!r} among {key}; expected names in the same folder")
    return listed


def _read_arrow(path: Path) -> pa.Table:
    try:
        with pa.memory_map(str(path)) as file:
            table = pa.ipc.open_stream(file).read_all()
        table.validate(full=True)
    except (pa.ArrowException, OSError, ValueError) as error:
        raise UnreadableSourceError(f"{path}: not an Arrow stream: {str(error).splitlines()[0]}") from error
    return table


def _word(value: Any) -> str | None:
    """A value of JSON as text; None for what is neither text nor number."""
    if isinstance(value, str):
        return value or None
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def _numbered(rows: pl.DataFrame) -> pl.DataFrame:
    return rows.with_columns(pl.int_range(1, pl.len() + 1, dtype=pl.Int64).alias(Columns.LINE))


def _none() -> pl.DataFrame:
    return pl.DataFrame(schema=columns.REJECTED)
