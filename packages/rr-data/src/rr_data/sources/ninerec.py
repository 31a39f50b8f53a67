"""NineRec: nine sets of videos and news, each as pairs or sequences, with titles in two languages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import polars as pl

from rr_data.columns import Columns
from rr_data.errors import OptionError, UnreadableSourceError
from rr_data.sources.headerless import WORDS, read_headerless, read_words
from rr_data.sources.interaction_table import ColumnNames, to_interactions
from rr_data.sources.item_table import to_items
from rr_data.sources.raw_files import file_or_gzip
from rr_data.sources.source import RawData, rejected_rows

_Tables = tuple[pl.DataFrame, pl.DataFrame]
_PAIRS: Final = "_pair.csv"
_SEQUENCES: Final = "_behaviour.tsv"
_ITEMS: Final = "_item.csv"
_LANGUAGES: Final = ("en", "zh")
_ORDERS: Final = {"user,item": (0, 1), "item,user": (1, 0)}
_PLACES: Final = ("first", "second")
_CLEAR: Final = 0.9  # share of ids that must begin alike; some may be damaged


@dataclass(frozen=True, slots=True)
class NineRec:
    """Reads one of NineRec's sets from its folder.

    `<set>_pair.csv` is read if it is there, since it has times (not in QB and TN), and `<set>_behaviour.tsv` otherwise.
    The set's README puts the user first in pairs, its script the item; which it is, is seen from the letters before the
    numbers of the ids (`u` for users), else from which of them `<set>_item.csv` knows.

    Attributes:
        domain: name of the set, for folders that hold several.
        language: of titles, `en` or `zh`; an item without a title in it gets the other one.
        order: `user,item` or `item,user`, for pairs that do not tell.
        time_unit: `s`, `ms`, `us` or `ns`.
    """

    domain: str | None = None
    language: str = "en"
    order: str | None = None
    time_unit: str = "s"

    def __post_init__(self) -> None:
        """Check the options."""
        if self.language not in _LANGUAGES:
            raise OptionError("language", self.language, " or ".join(_LANGUAGES))
        if self.order not in (None, *_ORDERS):
            raise OptionError("order", self.order, " or ".join(_ORDERS))
        self._names()

    def read(self, paths: Sequence[Path]) -> RawData:
        """Read the folder; see `Source.read`."""
        if len(paths) != 1:
            raise UnreadableSourceError(f"ninerec: received {len(paths)} paths; expected one folder")
        path, domain = _recognised(paths[0], self.domain)
        item_path = file_or_gzip(paths[0], domain + _ITEMS)
        items, item_rejected = (None, None) if item_path is None else _read_items(item_path, self.language)
        pairs = _PAIRS in path.name
        rows, rejected = self._read_pairs(path, items) if pairs else _read_sequences(path)
        interactions, more = to_interactions(rows, self._names(), path=path, file_index=0)
        rejects = [table for table in (rejected, more, item_rejected) if table is not None]
        files = (path,) if item_path is None else (path, item_path)
        return RawData(interactions, files, items, rejected=pl.concat(rejects))

    def _names(self) -> ColumnNames:
        return ColumnNames(time_unit=self.time_unit)

    def _read_pairs(self, path: Path, items: pl.DataFrame | None) -> _Tables:
        rows, rejected = read_headerless(path, separator=",", names=(*_PLACES, Columns.TIMESTAMP))
        rows, more = _without_odd_times(rows, path)
        rejected = pl.concat([rejected, more])
        known = None if items is None else items[Columns.ITEM_ID]
        user, item = _ORDERS[self.order] if self.order else _order(rows, known, path)
        return rows.rename({_PLACES[user]: Columns.USER_ID, _PLACES[item]: Columns.ITEM_ID}), rejected


def _recognised(folder: Path, domain: str | None) -> tuple[Path, str]:
    """The file with the interactions, and the name of the set."""
    if not folder.is_dir():
        raise UnreadableSourceError(f"{folder}: no such folder; expected a folder of NineRec")
    for ending in (_PAIRS, _SEQUENCES):
        if domain is not None:
            found = [path for path in (file_or_gzip(folder, domain + ending),) if path is not None]
        else:
            found = sorted(path for path in folder.iterdir() if path.name.removesuffix(".gz").endswith(ending))
        if len(found) > 1:
            names = ", ".join(path.name for path in found)
            raise UnreadableSourceError(f"{folder}: {names}; choose one with the option domain")
        if found:
            return found[0], found[0].name.removesuffix(".gz").removesuffix(ending)
    name = domain or "<set>"
    raise UnreadableSourceError(f"{folder}: neither {name}{_PAIRS} nor {name}{_SEQUENCES} in it")


def _without_odd_times(rows: pl.DataFrame, path: Path) -> _Tables:
    """Where most rows have no time, the set has none, and a row with one is damaged."""
    timed = pl.col(Columns.TIMESTAMP).is_not_null()
    if rows[Columns.TIMESTAMP].null_count() * 2 <= rows.height:
        return rows, rejected_rows(path, [])
    odd = [(line, "a third field, where most rows have two") for line in rows.filter(timed)[Columns.LINE]]
    return rows.filter(~timed), rejected_rows(path, odd)


def _order(rows: pl.DataFrame, known: pl.Series | None, path: Path) -> tuple[int, int]:
    """Which of the first two fields is the user, and which the item."""
    letters = [_letters(rows[name]) for name in _PLACES]
    if letters[0] != letters[1]:
        for user in (0, 1):
            if letters[user] == "u":
                return user, 1 - user
    if known is not None:
        shares = [rows[name].str.strip_chars().is_in(known.to_list()).sum() for name in _PLACES]
        if shares[0] != shares[1]:
            return (1, 0) if shares[0] > shares[1] else (0, 1)
    raise UnreadableSourceError(
        f"{path}: its ids do not tell which of the first two fields is the user; say so with the option order: "
        + " or ".join(_ORDERS)
    )


def _letters(ids: pl.Series) -> str | None:
    """The first letter of nearly all ids in lower case, or None."""
    firsts = ids.drop_nulls().str.extract(r"^\s*([A-Za-z])").str.to_lowercase()
    counts = firsts.value_counts(sort=True, name="n")
    if counts.is_empty() or counts["n"][0] < _CLEAR * len(firsts):
        return None
    return str(counts.row(0)[0])


def _read_sequences(path: Path) -> _Tables:
    lines, rejects = read_words(path)
    length = pl.col(WORDS).list.len()
    rejects += [(line, "a user without items") for line in lines.filter(length == 1)[Columns.LINE]]
    rows = lines.filter(length > 1).select(
        pl.col(WORDS).list.first().alias(Columns.USER_ID),
        pl.col(WORDS).list.slice(1).alias(Columns.ITEM_ID),
        Columns.LINE,
    )
    return rows.explode(Columns.ITEM_ID), rejected_rows(path, rejects)


def _read_items(path: Path, language: str) -> _Tables:
    names = (Columns.ITEM_ID, "zh", "en")
    rows, rejected = read_headerless(path, separator=",", names=names, quoted=True)
    titles = [language, *(name for name in _LANGUAGES if name != language)]
    told = [pl.when(pl.col(name).str.contains(r"\S")).then(pl.col(name)) for name in titles]
    items, more = to_items(rows.with_columns(pl.coalesce(told).alias(Columns.TITLE)), path=path)
    return items, pl.concat([rejected, more])
