"""The record of every decision and what came of it: append only, in memory and optionally in a JSON-lines file."""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Iterable, Iterator
from pathlib import Path

from rr_planner.errors import LedgerError
from rr_planner.records import answer_from_record, answer_to_record
from rr_planner.types import Answer


class Ledger:
    """Keeps the newest answers in memory and, if given a path, appends every one to a file, one JSON object a line.

    The lines of one batch are written in one call to a file opened for appending, so that several processes may share a
    ledger and a crash leaves no half line behind a whole one.

    Args:
        path: the file, created if need be; None keeps the record in memory only.
        keep: how many answers stay in memory, at least 0; None keeps all.

    Example:
        >>> ledger = Ledger(keep=1000)
        >>> len(ledger)
        0
    """

    def __init__(self, path: str | os.PathLike[str] | None = None, *, keep: int | None = None) -> None:
        """Start with an empty memory."""
        self.path = None if path is None else Path(path)
        self._keep = keep
        self._answers: list[Answer] = []
        self._lock = threading.Lock()

    def append(self, answers: Iterable[Answer]) -> None:
        """Record answers.

        Raises:
            OSError: the file cannot be written; they are kept in memory all the same.
        """
        batch = list(answers)
        with self._lock:
            self._answers.extend(batch)
            if self._keep is not None:
                del self._answers[: max(0, len(self._answers) - self._keep)]
            if self.path is not None and batch:
                _append(self.path, "".join(json.dumps(answer_to_record(answer)) + "\n" for answer in batch))

    def __len__(self) -> int:
        """Return the number of answers in memory."""
        return len(self._answers)

    def __iter__(self) -> Iterator[Answer]:
        """Yield the answers in memory, oldest first."""
        return iter(tuple(self._answers))

    @staticmethod
    def read(path: str | os.PathLike[str]) -> Iterator[Answer]:
        """Yield the answers recorded in a file, oldest first.

        Raises:
            LedgerError: the file is missing or a line is no record; the message names the line.
        """
        try:
            with Path(path).open(encoding="utf-8") as lines:
                for number, line in enumerate(lines, start=1):
                    yield _parse(line, f"{path}, line {number}")
        except (OSError, UnicodeDecodeError) as error:
            raise LedgerError(f"{path}: cannot be read ({error})") from None


def _append(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    data = text.encode()
    descriptor = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
    try:
        written = os.write(descriptor, data)
        if written < len(data):
            raise OSError(f"{path}: only {written} of {len(data)} bytes could be written")
    finally:
        os.close(descriptor)


def _parse(line: str, where: str) -> Answer:
    try:
        return answer_from_record(json.loads(line))
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise LedgerError(f"{where}: no record of an answer ({error}); remove the line") from None
