"""Comma- or tab-separated files with a header, among them RecBole's atomic files, whose headers carry types."""

from __future__ import annotations

import io
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa  # type: ignore[import-untyped]
import pyarrow.csv as pcsv  # type: ignore[import-untyped]
from numpy.typing import NDArray

from rr_eval.errors import InvalidPredictionsError, PredictionsFileError
from rr_eval.sources.plain_lines import read_text


@dataclass(frozen=True, slots=True, eq=False)
class Delimited:
    """The columns of a file, all of strings."""

    path: Path
    table: pa.Table

    @property
    def names(self) -> list[str]:
        """The columns' names, without RecBole's types."""
        return list(self.table.column_names)

    def queries(self) -> list[str]:
        """Return `query_id`, or `user_id` where there is none: one query a user."""
        return self.strings("query_id" if "query_id" in self.names else "user_id")

    def strings(self, name: str) -> list[str]:
        """Return a column.

        Raises:
            InvalidPredictionsError: there is none of that name.
        """
        if name not in self.names:
            received = f"a file without it ({', '.join(self.names)})"
            raise InvalidPredictionsError(name, received, "a column of that name", source=str(self.path))
        return list(self.table[name].to_pylist())

    def numbers(self, name: str) -> NDArray[np.float64]:
        """Return a column as float64.

        Raises:
            InvalidPredictionsError: there is none of that name, or a value is no number.
        """
        values = self.strings(name)
        try:
            return np.array(values, dtype=np.float64)
        except ValueError as error:
            raise InvalidPredictionsError(name, str(error), "numbers", source=str(self.path)) from None

    def ones(self) -> NDArray[np.float64]:
        """Return 1 for each row."""
        return np.ones(len(self.table))


def read_delimited(path: Path) -> Delimited:
    """Read a file whose first line names its columns; a tab in it makes it tab-separated, else commas separate.

    Raises:
        PredictionsFileError: the file cannot be read, or is no such table.
    """
    text = read_text(path)
    header = text.partition("\n")[0].rstrip("\r")
    delimiter = "\t" if "\t" in header else ","
    if delimiter not in header:
        raise PredictionsFileError(
            f"{path}: not a Parquet file, a TREC run, or comma- or tab-separated columns with a header"
        )
    names = [name.strip().strip('"').partition(":")[0] for name in header.split(delimiter)]
    try:
        table = pcsv.read_csv(
            io.BytesIO(text.encode()),
            read_options=pcsv.ReadOptions(column_names=names, skip_rows=1),
            parse_options=pcsv.ParseOptions(delimiter=delimiter, newlines_in_values=True),
            convert_options=pcsv.ConvertOptions(column_types=dict.fromkeys(names, pa.string())),
        )
    except pa.ArrowException as error:
        raise PredictionsFileError(f"{path}: {str(error).splitlines()[0]}") from None
    return Delimited(path, table)
