"""MovieLens: the folders of GroupLens, 100k to the latest."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import polars as pl

from rr_data.columns import Columns
from rr_data.errors import UnreadableSourceError
from rr_data.sources.delimited import read_delimited
from rr_data.sources.headerless import read_headerless
from rr_data.sources.interaction_table import ColumnNames, numeric_types, to_interactions
from rr_data.sources.item_table import to_items
from rr_data.sources.raw_files import file_or_gzip
from rr_data.sources.source import RawData

_Tables = tuple[pl.DataFrame, pl.DataFrame]
_FIELDS: Final = (Columns.USER_ID, Columns.ITEM_ID, Columns.RATING, Columns.TIMESTAMP)
_MOVIE: Final = (Columns.ITEM_ID, Columns.TITLE, Columns.CATEGORIES)
_GENRES: Final = (
    *("unknown", "Action", "Adventure", "Animation", "Children's", "Comedy", "Crime", "Documentary", "Drama"),
    *("Fantasy", "Film-Noir", "Horror", "Musical", "Mystery", "Romance", "Sci-Fi", "Thriller", "War", "Western"),
)
_NO_GENRES: Final = ("unknown", "(no genres listed)")
_RELEASED: Final = "release_date"
_OLD_ITEM: Final = (Columns.ITEM_ID, Columns.TITLE, _RELEASED, "video_release_date", "address", *_GENRES)
_OURS: Final = ColumnNames()
_NEW: Final = ColumnNames(user_id="userId", item_id="movieId")
_TITLE_AND_YEAR: Final = r"^\s*(.*\S)\s*\((\d{4})\)\s*$"


@dataclass(frozen=True, slots=True)
class MovieLens:
    """Reads a MovieLens folder; the version is recognised by its files.

    100k has `u.data` and `u.item`, 1M and 10M have `ratings.dat` and `movies.dat`, 20M and later have `ratings.csv` and
    `movies.csv`, each of them plain or gzip. The films may be missing; other files are ignored.

    A title `Matrix, The (1999)` becomes the title `Matrix, The` and the year 1999. Films whose lines are not UTF-8 are
    read as Latin-1, in which 100k and 1M are written.
    """

    def read(self, paths: Sequence[Path]) -> RawData:
        """Read the folder; see `Source.read`."""
        if len(paths) != 1:
            raise UnreadableSourceError(f"movielens: received {len(paths)} paths; expected one folder")
        path, version = _recognised(paths[0])
        rows, rejected = version.ratings(path)
        interactions, more = to_interactions(rows, version.names, path=path, file_index=0)
        films = file_or_gzip(paths[0], version.films_file)
        if films is None:
            return RawData(interactions, (path,), rejected=pl.concat([rejected, more]))
        items, item_rejected = _items(*version.films(films), path=films)
        return RawData(interactions, (path, films), items, rejected=pl.concat([rejected, more, item_rejected]))


@dataclass(frozen=True, slots=True)
class _Version:
    films_file: str
    ratings: Callable[[Path], _Tables]
    films: Callable[[Path], _Tables]
    names: ColumnNames


def _recognised(folder: Path) -> tuple[Path, _Version]:
    if not folder.is_dir():
        raise UnreadableSourceError(f"{folder}: no such folder; expected a MovieLens folder")
    candidates = [(file_or_gzip(folder, name), version) for name, version in _VERSIONS.items()]
    found = [(path, version) for path, version in candidates if path is not None]
    if len(found) != 1:
        names = " and ".join(path.name for path, _ in found) or "none"
        raise UnreadableSourceError(f"{folder}: {names} of {', '.join(_VERSIONS)} in it; expected one of them")
    return found[0]


def _items(films: pl.DataFrame, rejected: pl.DataFrame, *, path: Path) -> _Tables:
    """Items, from films whose titles may carry the year."""
    title = pl.col(Columns.TITLE)
    year = title.str.extract(_TITLE_AND_YEAR, 2)
    if _RELEASED in films.columns:
        year = pl.coalesce(year, pl.col(_RELEASED).str.extract(r"(\d{4})$"))
    genres = pl.col(Columns.CATEGORIES).fill_null([])
    named = films.with_columns(
        pl.coalesce(title.str.extract(_TITLE_AND_YEAR, 1), title),
        year.alias(Columns.YEAR),
        genres.list.eval(pl.element().filter(~pl.element().is_in(list(_NO_GENRES)))),
    )
    items, more = to_items(named, path=path)
    return items, pl.concat([rejected, more])


def _ratings_of_100k(path: Path) -> _Tables:
    return read_headerless(path, separator="\t", names=_FIELDS)


def _films_of_100k(path: Path) -> _Tables:
    """Genres stand as flags, in the order of `u.genre`."""
    films, rejected = read_headerless(path, separator="|", names=_OLD_ITEM, fallback="latin-1")
    flagged = [pl.when(pl.col(genre).str.strip_chars() == "1").then(pl.lit(genre)) for genre in _GENRES]
    return films.with_columns(pl.concat_list(flagged).list.drop_nulls().alias(Columns.CATEGORIES)), rejected


def _ratings_of_1m(path: Path) -> _Tables:
    return read_headerless(path, separator="::", names=_FIELDS)


def _films_of_1m(path: Path) -> _Tables:
    films, rejected = read_headerless(path, separator="::", names=_MOVIE, fallback="latin-1")
    return _with_genre_lists(films), rejected


def _ratings_of_20m(path: Path) -> _Tables:
    return read_delimited(path, separator=",", quoted=True, types=numeric_types(_NEW))


def _films_of_20m(path: Path) -> _Tables:
    films, rejected = read_delimited(path, separator=",", quoted=True)
    names = {"movieId": Columns.ITEM_ID, "genres": Columns.CATEGORIES}
    missing = [name for name in (*names, Columns.TITLE) if name not in films.columns]
    if missing:
        raise UnreadableSourceError(f"{path}: no column {missing[0]!r}; it has {', '.join(films.columns)}")
    return _with_genre_lists(films.rename(names)), rejected


def _with_genre_lists(films: pl.DataFrame) -> pl.DataFrame:
    return films.with_columns(pl.col(Columns.CATEGORIES).str.strip_chars().str.split("|"))


_VERSIONS: Final[Mapping[str, _Version]] = {
    "u.data": _Version("u.item", _ratings_of_100k, _films_of_100k, _OURS),
    "ratings.dat": _Version("movies.dat", _ratings_of_1m, _films_of_1m, _OURS),
    "ratings.csv": _Version("movies.csv", _ratings_of_20m, _films_of_20m, _NEW),
}
