"""Several prepared datasets as one, in one id space (the paper's multi-domain and transfer set-ups, appendix B)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import polars as pl

from rr_data.columns import Columns
from rr_data.errors import OptionError, PreparedDatasetError, UnreadableSourceError
from rr_data.prepared import (
    EXPLANATIONS_FILE,
    INTERACTIONS_FILE,
    ITEMS_FILE,
    REVIEWS_FILE,
    USERS_FILE,
    PreparedDataset,
)
from rr_data.sources.source import (
    RAW_EXPLANATIONS,
    RAW_INTERACTIONS,
    RAW_ITEMS,
    RAW_REVIEWS,
    RAW_USERS,
    RawData,
)

TIMES: Final = ("keep", "drop")
_SEPARATOR: Final = "/"


@dataclass(frozen=True, slots=True)
class MultiDomain:
    """Reads folders of prepared datasets and puts them side by side.

    Ids become `<domain>/<id>`, so domains share neither users nor items. A domain is named after its dataset; items and
    users that already have a domain of their own keep it. Titles, texts, categories, pictures, reviews and
    explanations come along. Parts, codes, horizons and candidates do not: they are made anew for the whole. What the
    datasets rejected stands in their own folders.

    Each dataset's order within equal times is kept where the composition is prepared with `ties="file"`; `hash` draws
    it anew, and some users get another last item than in the single dataset.

    Attributes:
        names: names of the domains with commas between, in the order of the folders; None takes the datasets' names.
        times: `keep`, for which all datasets or none must have times; or `drop`, which forgets times and keeps the
            order of each user's interactions.

    Raises:
        OptionError: an option that cannot be used.
    """

    names: str | None = None
    times: str = "keep"

    def __post_init__(self) -> None:
        """Check the options."""
        if self.times not in TIMES:
            raise OptionError("times", self.times, " or ".join(TIMES))
        if self.names is not None:
            _check_names("names", self._names())

    def _names(self) -> list[str]:
        return [name.strip() for name in (self.names or "").split(",")]

    def read(self, paths: Sequence[Path]) -> RawData:
        """Read the folders; see `Source.read`.

        Raises:
            UnreadableSourceError: no folders, one that is no prepared dataset, datasets of one name, or some datasets
                with times and some without.
            OptionError: another number of names than of folders.
        """
        datasets = [_opened(path) for path in paths]
        if not datasets:
            raise UnreadableSourceError("no folders; expected those of prepared datasets")
        names = [data.manifest.name for data in datasets] if self.names is None else self._names()
        if len(names) != len(datasets):
            raise OptionError("names", self.names, f"{len(datasets)} names, one a folder")
        _check_names("names of the datasets", names)
        if self.times == "keep":
            _check_times(datasets, names)
        files: list[Path] = []
        domains = []
        for data, name in zip(datasets, names, strict=True):
            domains.append(_Domain(data, name, file_index=len(files), timed=self.times == "keep"))
            files += domains[-1].files()
        return RawData(
            interactions=pl.concat([domain.interactions() for domain in domains]),
            files=tuple(files),
            items=pl.concat([domain.items() for domain in domains]),
            users=pl.concat([domain.users() for domain in domains]),
            reviews=_all([domain.placed(domain.data.reviews, RAW_REVIEWS) for domain in domains]),
            explanations=_all([domain.placed(domain.data.explanations, RAW_EXPLANATIONS) for domain in domains]),
            in_order=True,
        )


@dataclass(frozen=True, slots=True, eq=False)
class _Domain:
    """One dataset, its name, and the place of its interactions among the files."""

    data: PreparedDataset
    name: str
    file_index: int
    timed: bool

    def files(self) -> list[Path]:
        known = self.data.manifest.checksums
        extra = [name for name in (REVIEWS_FILE, EXPLANATIONS_FILE) if name in known]
        return [self.data.path / name for name in (INTERACTIONS_FILE, ITEMS_FILE, USERS_FILE, *extra)]

    def _named(self, column: str) -> pl.Expr:
        return (pl.lit(self.name + _SEPARATOR) + pl.col(column)).alias(column)

    def _domain(self) -> pl.Expr:
        return pl.col(Columns.DOMAIN).fill_null(self.name)

    def interactions(self) -> pl.DataFrame:
        time = pl.col(Columns.TIMESTAMP) if self.timed else pl.lit(None, pl.Int64).alias(Columns.TIMESTAMP)
        return self.data.interactions.select(
            self._named(Columns.USER_ID),
            self._named(Columns.ITEM_ID),
            time,
            Columns.RATING,
            pl.lit(self.file_index, pl.UInt16).alias(Columns.FILE),
            pl.int_range(1, pl.len() + 1, dtype=pl.Int64).alias(Columns.LINE),
        ).select(RAW_INTERACTIONS.names())

    def items(self) -> pl.DataFrame:
        paths = [None if path is None else str(path.resolve()) for path in self.data.image_paths()]
        pictures = pl.Series(Columns.IMAGE, paths, dtype=pl.String)
        return self.data.items.with_columns(
            self._named(Columns.ITEM_ID),
            self._domain(),
            pl.coalesce(pictures, Columns.IMAGE_URL).alias(Columns.IMAGE_URL),
        ).select(RAW_ITEMS.names())

    def users(self) -> pl.DataFrame:
        return self.data.users.with_columns(self._named(Columns.USER_ID), self._domain()).select(RAW_USERS.names())

    def placed(self, table: pl.DataFrame | None, schema: pl.Schema) -> pl.DataFrame | None:
        """A table that refers to interactions by row, with file and line instead."""
        if table is None:
            return None
        return table.with_columns(
            pl.lit(self.file_index, pl.UInt16).alias(Columns.FILE), (pl.col(Columns.ROW) + 1).alias(Columns.LINE)
        ).select(schema.names())


def _all(tables: list[pl.DataFrame | None]) -> pl.DataFrame | None:
    there = [table for table in tables if table is not None]
    return pl.concat(there) if there else None


def _opened(path: Path) -> PreparedDataset:
    try:
        return PreparedDataset.open(path)
    except PreparedDatasetError as error:
        raise UnreadableSourceError(str(error)) from error


def _check_names(what: str, names: list[str]) -> None:
    if len(set(names)) < len(names) or not all(names) or any(_SEPARATOR in name for name in names):
        raise OptionError(what, ",".join(names), f"different names without {_SEPARATOR!r}; choose them with names=a,b")


def _check_times(datasets: list[PreparedDataset], names: list[str]) -> None:
    without = [
        name
        for data, name in zip(datasets, names, strict=True)
        if data.interactions[Columns.TIMESTAMP].null_count() and data.interactions.height
    ]
    if 0 < len(without) < len(names):
        raise UnreadableSourceError(
            f"{', '.join(without)}: no times, unlike the other datasets; leave these out, or forget all times with "
            "times=drop (the order of each user's interactions stays)"
        )
