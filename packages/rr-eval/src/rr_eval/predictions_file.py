"""A predictions table that stays on disk."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa  # type: ignore[import-untyped]
import pyarrow.parquet as pq  # type: ignore[import-untyped]

from rr_eval.errors import InvalidArgumentError, PredictionsFileError
from rr_eval.predictions import Predictions, check_version
from rr_eval.schema import conform
from rr_eval.side_table import SideTable


@dataclass(frozen=True, slots=True)
class PredictionsFile:
    """A Parquet file whose rows are read, checked and let go piece by piece.

    Iterating yields `Predictions`. Each piece is checked by itself; that a system answers a query once in the whole
    file is checked when the file is scored.

    Attributes:
        path: the file.
        batch_rows: rows a piece has at most; what is in memory at a time.
        sides: tables whose columns are joined to each piece, to group by.
    """

    path: Path
    batch_rows: int = 1 << 17
    sides: Sequence[SideTable] = ()

    def __post_init__(self) -> None:
        """Check the size of a piece."""
        if self.batch_rows < 1:
            raise InvalidArgumentError("batch_rows", self.batch_rows, "1 or more")

    def __iter__(self) -> Iterator[Predictions]:
        """Yield the rows, in order.

        Raises:
            PredictionsFileError: there is no such file, or it is no predictions table.
            SchemaVersionError: it has another schema version.
            InvalidPredictionsError: a column is missing or holds what it must not; the row counts from its piece.
        """
        if not self.path.is_file():
            raise PredictionsFileError(f"{self.path}: no such file; expected a predictions table (Parquet)")
        try:
            with pq.ParquetFile(self.path) as file:
                check_version(file.schema_arrow.metadata or {}, self.path)
                for batch in file.iter_batches(self.batch_rows):
                    piece = conform(pa.Table.from_batches([batch]), source=str(self.path))
                    for side in self.sides:
                        piece = side.joined_to(piece)
                    yield Predictions(piece)
        except (pa.ArrowException, OSError) as error:
            reason = str(error).splitlines()[0]
            raise PredictionsFileError(f"{self.path}: not a Parquet file that can be read ({reason})") from None
