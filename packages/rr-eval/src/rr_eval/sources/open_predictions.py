"""Open whatever holds predictions."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from rr_eval.errors import InvalidArgumentError, PredictionsFileError
from rr_eval.predictions import Predictions
from rr_eval.predictions_file import PredictionsFile
from rr_eval.side_table import SideTable
from rr_eval.sources.delimited import read_delimited
from rr_eval.sources.judgements import read_judgements
from rr_eval.sources.long_rows import from_rows
from rr_eval.sources.plain_lines import fields_of_lines, read_text
from rr_eval.sources.rows import Loaded
from rr_eval.sources.texts import from_json_lines
from rr_eval.sources.trec import from_trec


@dataclass(frozen=True, slots=True, eq=False)
class Opened:
    """What `open_predictions` found.

    Attributes:
        pieces: tables one after the other; those of a Parquet file are read when they are asked for.
        notes: what was done to other files on the way.
    """

    pieces: Sequence[Iterable[Predictions]]
    notes: tuple[str, ...] = field(default=())

    def __iter__(self) -> Iterator[Predictions]:
        """Yield all tables."""
        return (table for piece in self.pieces for table in piece)

    def whole(self) -> Predictions:
        """Put everything into one table in memory.

        Raises:
            InvalidPredictionsError: a system answers the same query in two files.
        """
        return Predictions.concat(list(self))


def open_predictions(
    paths: Sequence[str | Path],
    *,
    relevant: str | Path | None = None,
    task: str | None = None,
    sides: Sequence[SideTable] = (),
) -> Opened:
    """Open predictions tables (Parquet), TREC runs, delimited or RecBole's atomic files, or JSON lines of texts.

    Which it is shows in the content: a Parquet file by its first bytes, JSON lines by a brace, a run by six fields a
    line; anything else must be a table with a header.

    Args:
        paths: one or several files.
        relevant: a file of relevant items, for runs and for rows without labels; see `read_judgements`.
        task: what rows are for; None: `sequential`, or `direct` where candidates have labels.
        sides: tables about users or items whose columns are joined.

    Raises:
        PredictionsFileError: a file is missing or none of these.
        InvalidPredictionsError: it lacks what it must hold.
        InvalidArgumentError: relevant items are needed and none are given.
    """
    pieces: list[Iterable[Predictions]] = []
    notes: list[str] = []
    for path in map(Path, paths):
        if _is_parquet(path):
            pieces.append(PredictionsFile(path, sides=sides))
            continue
        found = _loaded(path, relevant, task)
        table = found.predictions.table
        for side in sides:
            table = side.joined_to(table)
        pieces.append((Predictions(table),))
        notes += found.notes
    return Opened(pieces, tuple(notes))


def _is_parquet(path: Path) -> bool:
    if not path.is_file():
        raise PredictionsFileError(f"{path}: no such file; expected predictions")
    with path.open("rb") as file:
        return file.read(4) == b"PAR1"


def _loaded(path: Path, relevant: str | Path | None, task: str | None) -> Loaded:
    judgements = None if relevant is None else read_judgements(Path(relevant))
    text = read_text(path)
    if text.lstrip().startswith("{"):
        return from_json_lines(text, path=path)
    lines = fields_of_lines(path, 6)
    if lines is None:
        return from_rows(read_delimited(path), judgements, task=task)
    if judgements is None:
        raise InvalidArgumentError("relevant", f"none for the run {path}", "a file of relevant items (--relevant)")
    return from_trec(lines, judgements, task=task or "sequential", path=path)
