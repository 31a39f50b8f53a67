"""P5's and VIP5's folders: sequences in codes, the map to the original ids, candidates, reviews and explanations."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import polars as pl

from rr_data.columns import Columns
from rr_data.errors import UnreadableSourceError
from rr_data.sources.headerless import WORDS, Rejects, read_words
from rr_data.sources.p5_reviews import ReviewRecords, read_review_records
from rr_data.sources.raw_files import file_or_gzip
from rr_data.sources.raw_text import read_raw
from rr_data.sources.source import RAW_CANDIDATES, RAW_INTERACTIONS, RawData, rejected_rows

_SEQUENCES: Final = "sequential_data.txt"
_MAPS: Final = "datamaps.json"
_NEGATIVES: Final = "negative_samples.txt"
_REVIEWS: Final = ("review_splits.pkl", "exp_splits.pkl")
_CODE: Final = "code"
_NAME: Final = "name"


@dataclass(frozen=True, slots=True)
class P5:
    """Reads a P5 or VIP5 folder. Users and items are called by their original ids.

    `sequential_data.txt` has the interactions, oldest first and without times; `datamaps.json` the original ids;
    `negative_samples.txt`, if there, the test candidates; `review_splits.pkl` and `exp_splits.pkl`, if there, reviews,
    ratings and explanations, read without unpickling anything but plain data. An explanation in them has a feature and
    a sentence, but neither opinion nor sentiment. Their split is not taken: it ignores leave-one-out (ask for
    `compat="vip5"` to draw it as VIP5 does).

    An interaction's `file` and `line` name its record in `review_splits.pkl` or else `exp_splits.pkl`, where it has
    one, counted from 1 through the training, validation and test records, and its line in the sequences otherwise.

    `rating_splits_augmented.pkl` is never read: it doubles the training part with synthetic ratings.
    """

    def read(self, paths: Sequence[Path]) -> RawData:
        """Read the folder; see `Source.read`."""
        if len(paths) != 1:
            raise UnreadableSourceError(f"p5: received {len(paths)} paths; expected one folder")
        files = _Files.find(paths[0])
        maps = _Maps.read(files.maps)
        interactions, rejected = _read_sequences(files.sequences, maps)
        records = read_review_records(files.reviews, interactions, first_file=2)
        candidates, more = (None, None) if files.negatives is None else _read_candidates(files.negatives, maps)
        read = [path for path in (files.sequences, files.maps, *files.reviews, files.negatives) if path is not None]
        return _raw_data(records, tuple(read), candidates, [rejected, *([] if more is None else [more])])


@dataclass(frozen=True, slots=True)
class _Files:
    sequences: Path
    maps: Path
    reviews: tuple[Path, ...]
    negatives: Path | None

    @classmethod
    def find(cls, folder: Path) -> _Files:
        if not folder.is_dir():
            raise UnreadableSourceError(f"{folder}: no such folder; expected P5's or VIP5's files")
        sequences, maps = (file_or_gzip(folder, name) for name in (_SEQUENCES, _MAPS))
        if sequences is None or maps is None:
            missing = _SEQUENCES if sequences is None else _MAPS
            raise UnreadableSourceError(f"{folder}: no {missing} in it; sequences alone are read by the source s3rec")
        reviews = tuple(folder / name for name in _REVIEWS if (folder / name).is_file())
        return cls(sequences, maps, reviews, file_or_gzip(folder, _NEGATIVES))


@dataclass(frozen=True, slots=True, eq=False)
class _Maps:
    """Tables of `code` and `name` of users and of items."""

    users: pl.DataFrame
    items: pl.DataFrame

    @classmethod
    def read(cls, path: Path) -> _Maps:
        try:
            content = json.loads(read_raw(path).data)
        except (ValueError, RecursionError) as error:
            raise UnreadableSourceError(f"{path}: not JSON: {error}") from error
        if not isinstance(content, dict):
            raise UnreadableSourceError(f"{path}: {type(content).__name__}; expected id2user and id2item")
        return cls(*(_names(content, kind, path) for kind in ("user", "item")))


def _names(content: dict[str, Any], kind: str, path: Path) -> pl.DataFrame:
    """`id2<kind>`, or else `<kind>2id` turned round."""
    names = content.get(f"id2{kind}")
    if names is None and isinstance(content.get(f"{kind}2id"), dict):
        names = {code: name for name, code in content[f"{kind}2id"].items() if isinstance(code, str | int)}
    if not isinstance(names, dict) or not names:
        raise UnreadableSourceError(f"{path}: no id2{kind}; expected the original id by code")
    plain = {str(code): str(name).strip() for code, name in names.items() if isinstance(name, str | int)}
    table = _encodable({_CODE: list(plain), _NAME: list(plain.values())}, path)
    again = table.filter(pl.col(_NAME).is_duplicated() | (pl.col(_NAME) == ""))
    if again.height:
        raise UnreadableSourceError(f"{path}: {kind} codes {again[_CODE].to_list()[:2]} are called {again[_NAME][0]!r}")
    return table


def _encodable(content: dict[str, list[str]], path: Path) -> pl.DataFrame:
    try:
        return pl.DataFrame(content, schema=dict.fromkeys(content, pl.String()))
    except UnicodeEncodeError as error:
        raise UnreadableSourceError(f"{path}: an id with half a surrogate pair in it") from error


def _read_words(path: Path, maps: _Maps, what: str) -> tuple[pl.DataFrame, Rejects]:
    """Lines of a user and items, as the user's name, the items' codes and the line; and what cannot be used."""
    lines, rejects = read_words(path)
    length = pl.col(WORDS).list.len()
    rejects += [(line, f"a user without {what}") for line in lines.filter(length == 1)[Columns.LINE]]
    split = lines.filter(length > 1).select(
        pl.col(WORDS).list.first().alias(_CODE), pl.col(WORDS).list.slice(1), Columns.LINE
    )
    named = split.join(maps.users, on=_CODE, how="left", maintain_order="left")
    rejects += [
        (line, f"user {code} is not in {_MAPS}")
        for line, code in named.filter(pl.col(_NAME).is_null()).select(Columns.LINE, _CODE).iter_rows()
    ]
    return named.drop_nulls(_NAME).select(pl.col(_NAME).alias(Columns.USER_ID), WORDS, Columns.LINE), rejects


def _with_item_names(rows: pl.DataFrame, maps: _Maps, rejects: Rejects) -> pl.DataFrame:
    """One row an item, by its original id."""
    items = maps.items.rename({_CODE: WORDS, _NAME: Columns.ITEM_ID})
    named = rows.explode(WORDS).join(items, on=WORDS, how="left", maintain_order="left")
    unknown = named.filter(pl.col(Columns.ITEM_ID).is_null())
    rejects += [
        (line, f"item {code} is not in {_MAPS}") for line, code in unknown.select(Columns.LINE, WORDS).iter_rows()
    ]
    return named.drop_nulls(Columns.ITEM_ID).drop(WORDS)


def _read_sequences(path: Path, maps: _Maps) -> tuple[pl.DataFrame, pl.DataFrame]:
    lines, rejects = _read_words(path, maps, "items")
    rows = _with_item_names(lines, maps, rejects).with_columns(
        pl.lit(None, pl.Int64).alias(Columns.TIMESTAMP),
        pl.lit(None, pl.Float32).alias(Columns.RATING),
        pl.lit(0, pl.UInt16).alias(Columns.FILE),
    )
    return rows.select(RAW_INTERACTIONS.names()), rejected_rows(path, rejects)


def _read_candidates(path: Path, maps: _Maps) -> tuple[pl.DataFrame, pl.DataFrame]:
    lines, rejects = _read_words(path, maps, "negatives")
    again = lines.filter(~pl.col(Columns.USER_ID).is_first_distinct())
    rejects += [(line, "the negatives of a user again") for line in again[Columns.LINE]]
    rows = _with_item_names(lines.filter(pl.col(Columns.USER_ID).is_first_distinct()), maps, rejects)
    lists = rows.group_by(Columns.USER_ID, maintain_order=True).agg(pl.col(Columns.ITEM_ID).alias(Columns.ITEMS))
    return lists.select(RAW_CANDIDATES.names()), rejected_rows(path, rejects)


def _raw_data(
    records: ReviewRecords, files: tuple[Path, ...], candidates: pl.DataFrame | None, rejected: list[pl.DataFrame]
) -> RawData:
    return RawData(
        records.interactions,
        files,
        reviews=records.reviews,
        explanations=records.explanations,
        candidates=candidates,
        rejected=pl.concat([*rejected, *records.rejected]),
    )
