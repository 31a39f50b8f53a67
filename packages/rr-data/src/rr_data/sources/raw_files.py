"""Which of a folder's files to read."""

from __future__ import annotations

from pathlib import Path

from rr_data.sources.raw_text import read_blocks


def file_or_gzip(folder: Path, name: str) -> Path | None:
    """A folder's file by its name, or the same with `.gz`; None where there is neither."""
    return next((path for path in (folder / name, folder / f"{name}.gz") if path.is_file()), None)


def first_line(path: Path) -> str:
    """The first line of a text file, plain or gzip; what is not UTF-8 in it is replaced.

    Raises:
        UnreadableSourceError: no such file, or one that cannot be read.
    """
    block = next(read_blocks(path, size=1 << 16))
    return block.data.partition(b"\n")[0].decode(errors="replace")
