"""Which of the files that are given hold reviews, and which describe items."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any, Final

from rr_data.errors import UnreadableSourceError
from rr_data.sources.json_lines import BadRowError, Parse
from rr_data.sources.line_stream import stream_lines
from rr_data.sources.ratings_csv import looks_like_ratings

REVIEW_FILE: Final = "reviews"
ITEM_FILE: Final = "items"
RATINGS_FILE: Final = "ratings"
_SUFFIXES: Final = (".json", ".jsonl", ".csv")
_LOOKED_AT: Final = 100  # lines


def files_of(paths: Sequence[Path]) -> tuple[Path, ...]:
    """The paths, with folders replaced by the raw files in them, by name.

    Raises:
        UnreadableSourceError: a path that is missing, or a folder without raw files.
    """
    found: list[Path] = []
    for path in paths:
        inside = sorted(file for file in path.glob("*") if file.name.removesuffix(".gz").endswith(_SUFFIXES))
        if path.is_dir() and not inside:
            raise UnreadableSourceError(f"{path}: no {', '.join(_SUFFIXES)} in it, plain or .gz")
        if not path.exists():
            raise UnreadableSourceError(f"{path}: no such file or folder")
        found += inside if path.is_dir() else [path]
    return tuple(found)


def kind_of(path: Path, *, user_id: str, item_id: str, parse: Parse, ratings: bool) -> str:
    """What a file holds, by its first lines; by its name (`meta_...`) where they say nothing.

    Args:
        path: the file.
        user_id: a field that reviews have and items have not.
        item_id: a field that both have.
        parse: reads a line; raises `BadRowError`.
        ratings: whether it may be a table of bare ratings.
    """
    by_name = ITEM_FILE if path.name.startswith("meta_") else REVIEW_FILE
    lines = list(islice(_first_lines(path), _LOOKED_AT))
    records = [record for record in (_parsed(line, parse) for line in lines) if isinstance(record, dict)]
    if any(user_id in record for record in records):
        return REVIEW_FILE
    if any(item_id in record for record in records):
        return ITEM_FILE
    if ratings and not records and any(looks_like_ratings(line) for line in lines):
        return RATINGS_FILE
    return by_name


def _first_lines(path: Path) -> Iterator[str]:
    for _, lines in stream_lines(path, []):
        yield from filter(None, lines)


def _parsed(line: str, parse: Parse) -> Any:
    try:
        return parse(line)
    except BadRowError:
        return None
