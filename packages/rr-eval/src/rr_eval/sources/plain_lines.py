"""Lines of fields that white space separates, perhaps compressed."""

from __future__ import annotations

import gzip
from pathlib import Path

from rr_eval.errors import PredictionsFileError


def read_text(path: Path) -> str:
    """Read a text file, also one that gzip compressed.

    Raises:
        PredictionsFileError: no such file, or no text in UTF-8.
    """
    try:
        content = path.read_bytes()
        return (gzip.decompress(content) if content[:2] == b"\x1f\x8b" else content).decode("utf-8-sig")
    except (OSError, EOFError) as error:
        reason = "no such file" if isinstance(error, FileNotFoundError) else str(error)
        raise PredictionsFileError(f"{path}: {reason}") from None
    except UnicodeDecodeError:
        raise PredictionsFileError(f"{path}: no text in UTF-8") from None


def fields_of_lines(path: Path, n_fields: int) -> list[list[str]] | None:
    """Return the fields of each line, or None where the first line has another number of them.

    Raises:
        PredictionsFileError: the file cannot be read, or a later line has another number of fields.
    """
    lines = [line.split() for line in read_text(path).splitlines() if line.strip()]
    if not lines or len(lines[0]) != n_fields or ":" in lines[0][0]:  # an atomic file names its columns NAME:TYPE
        return None
    for number, fields in enumerate(lines, start=1):
        if len(fields) != n_fields:
            raise PredictionsFileError(f"{path}: {len(fields)} fields in line {number}; expected {n_fields}")
    return lines
