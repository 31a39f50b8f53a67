"""PETER's and Sentires' files: `reviews.pickle`, a list of dicts, and the three files of a split by index."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import polars as pl

from rr_data.columns import Columns
from rr_data.errors import OptionError, UnreadableSourceError
from rr_data.prepared import PreparedDataset
from rr_data.sources.foreign_pickle import dump_plain, load_plain
from rr_data.splits.parts import PARTS, TEST, TRAIN, VALIDATION

REVIEWS_FILE: Final = "reviews.pickle"
INDEX_FILES: Final = {TRAIN: "train.index", VALIDATION: "validation.index", TEST: "test.index"}
_LARGEST_RATING: Final = 1e6  # false for NaN too
_LONGEST_INDEX: Final = 1 << 30
_OWN_PART: Final = "part_of_interaction"
_TIMES: Final = "times_before"
_PAIR: Final = [Columns.USER_ID, Columns.ITEM_ID, _TIMES]
Explanation = tuple[str, str | None, str, int]


@dataclass(frozen=True, slots=True)
class PeterReview:
    """One row of `reviews.pickle`.

    Attributes:
        user_id: the user.
        item_id: the item.
        rating: None where there is none.
        explanations: (feature, opinion, sentence, sentiment) each, none where nothing was found in the review.
        text: summary, a line end, and the review, or None. The sentences come from both.
        damage: what is wrong with explanations that were left out, or None.
    """

    user_id: str
    item_id: str
    rating: float | None
    explanations: tuple[Explanation, ...]
    text: str | None = None
    damage: str | None = None


def read_peter_reviews(folder: Path) -> list[PeterReview | str]:
    """Read `reviews.pickle` without unpickling anything but plain data.

    Returns:
        One entry a row: the review, or why it cannot be used.

    Raises:
        UnreadableSourceError: no such file, or not a pickle of a plain list.
    """
    path = folder / REVIEWS_FILE
    rows = load_plain(path)
    if not isinstance(rows, list):
        raise UnreadableSourceError(f"{path}: holds a {type(rows).__name__}; expected a list of reviews")
    return [_review(row) for row in rows]


def read_peter_index(folder: Path, n_reviews: int) -> dict[str, list[int]]:
    """Read the split: rows of `reviews.pickle`, counted from 0, by part.

    Raises:
        UnreadableSourceError: a missing file, anything but whole numbers, or rows that are not there.
    """
    return {part: _index(folder / name, n_reviews) for part, name in INDEX_FILES.items()}


def write_peter(
    folder: str | Path, data: PreparedDataset, *, split_of: str | Path | None = None, unexplained: bool = False
) -> Path:
    """Write a prepared dataset's explanations as PETER reads them.

    Rows stand in the order of the dataset's interactions. A row with several explanations has them all under
    `sentence`, and the first under `template`. An explanation's part decides which index file its row stands in; the
    context part is in none.

    Args:
        folder: where to write; it may exist, and its four files are replaced.
        data: with explanations.
        split_of: a folder of PETER's whose split is kept, row by row, instead of the dataset's. Rows that it does not
            have are in no index file.
        unexplained: whether interactions without explanations are written too, without `template`. PETER itself
            cannot read those.

    Returns:
        The folder.

    Raises:
        OptionError: a dataset without explanations.
        UnreadableSourceError: `split_of` is no such folder.
    """
    if data.explanations is None:
        raise OptionError("data", str(data.path), "a dataset with explanations")
    rows = _rows(data, data.explanations, unexplained=unexplained)
    parts = _dataset_parts(rows) if split_of is None else _parts_of(rows, Path(split_of))
    out = Path(folder)
    out.mkdir(parents=True, exist_ok=True)
    dump_plain(list(_written(rows)), out / REVIEWS_FILE)
    for part, name in INDEX_FILES.items():
        chosen = np.flatnonzero(parts == part)
        (out / name).write_text(" ".join(map(str, chosen.tolist())), encoding="ascii")
    return out


def _review(row: Any) -> PeterReview | str:
    if not isinstance(row, dict):
        return f"a {type(row).__name__}; expected a dict"
    user, item = _id(row.get("user")), _id(row.get("item"))
    if user is None or item is None:
        return "no user" if user is None else "no item"
    rating = row.get("rating")
    if rating is not None and not _is_number(rating):
        return "rating: not a number"
    several = row.get("sentence")
    found = [*(several if isinstance(several, list) else []), *([row["template"]] if "template" in row else [])]
    explanations = dict.fromkeys(_explanation(quadruple) for quadruple in found)
    damage = "an explanation that is not (feature, opinion, sentence, -1 or 1)" if None in explanations else None
    told = tuple(explanation for explanation in explanations if explanation is not None)
    text = row.get("text")
    return PeterReview(user, item, rating, told, text if isinstance(text, str) and text.strip() else None, damage)


def _id(value: Any) -> str | None:
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    return value.strip() or None if isinstance(value, str) else None


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < _LARGEST_RATING


def _explanation(quadruple: Any) -> Explanation | None:
    if not isinstance(quadruple, tuple | list) or len(quadruple) != 4:
        return None
    feature, opinion, sentence, score = quadruple
    texts = all(isinstance(text, str) and text.strip() for text in (feature, sentence))
    if not texts or not isinstance(opinion, str | None) or not isinstance(score, int | float) or abs(score) != 1:
        return None
    return feature, opinion or None, sentence, int(score)


def _index(path: Path, n_reviews: int) -> list[int]:
    try:
        if path.stat().st_size > _LONGEST_INDEX:
            raise UnreadableSourceError(f"{path}: over {_LONGEST_INDEX} bytes; expected one line of row numbers")
        words = path.read_bytes().split()
    except OSError as error:
        raise UnreadableSourceError(f"{path}: cannot be read: {error.strerror or error}") from error
    wrong = next((word for word in words if not word.isdigit() or len(word) > 18 or int(word) >= n_reviews), None)
    if wrong is not None:
        raise UnreadableSourceError(f"{path}: {wrong[:20]!r}; expected rows of {n_reviews} reviews, counted from 0")
    return [int(word) for word in words]


def _rows(data: PreparedDataset, explanations: pl.DataFrame, *, unexplained: bool) -> pl.DataFrame:
    """Interactions with lists of explanations, their part, and how often the pair came before."""
    told = explanations.group_by(Columns.ROW, maintain_order=True).agg(
        Columns.FEATURE, Columns.OPINION, Columns.SENTENCE, Columns.SENTIMENT, pl.col(Columns.PART).first()
    )
    names = pl.Series(PARTS).gather(data.parts)
    rows = data.interactions.with_columns(
        pl.int_range(pl.len(), dtype=pl.Int64).alias(Columns.ROW),
        pl.int_range(pl.len()).over(Columns.USER_ID, Columns.ITEM_ID).alias(_TIMES),
        names.alias(_OWN_PART),
    ).join(told, on=Columns.ROW, how="left" if unexplained else "inner", maintain_order="left")
    rows = rows.with_columns(pl.coalesce(Columns.PART, _OWN_PART).alias(Columns.PART))
    if data.reviews is None:
        return rows
    texts = pl.concat_str(Columns.SUMMARY, Columns.TEXT, separator="\n", ignore_nulls=True)
    return rows.join(
        data.reviews.select(Columns.ROW, texts.alias(Columns.TEXT)), on=Columns.ROW, how="left", maintain_order="left"
    )


def _dataset_parts(rows: pl.DataFrame) -> np.ndarray[Any, Any]:
    return rows[Columns.PART].to_numpy()


def _parts_of(rows: pl.DataFrame, folder: Path) -> np.ndarray[Any, Any]:
    """The part of each row in another folder's split, found by user, item and how often the pair came before."""
    reviews = read_peter_reviews(folder)
    parts: list[str | None] = [None] * len(reviews)
    for part, places in read_peter_index(folder, len(reviews)).items():
        for place in places:
            parts[place] = part
    named = [
        (review.user_id, review.item_id, part)
        for review, part in zip(reviews, parts, strict=True)
        if isinstance(review, PeterReview)
    ]
    schema = {Columns.USER_ID: pl.String(), Columns.ITEM_ID: pl.String(), Columns.PART: pl.String()}
    given = pl.DataFrame(named, schema=schema, orient="row").with_columns(
        pl.int_range(pl.len()).over(Columns.USER_ID, Columns.ITEM_ID).alias(_TIMES)
    )
    joined = rows.drop(Columns.PART).join(given, on=_PAIR, how="left", maintain_order="left")
    return joined[Columns.PART].to_numpy()


def _written(rows: pl.DataFrame) -> Iterator[dict[str, Any]]:
    for row in rows.iter_rows(named=True):
        written: dict[str, Any] = {"user": row[Columns.USER_ID], "item": row[Columns.ITEM_ID]}
        if row[Columns.RATING] is not None:
            rating = row[Columns.RATING]
            written["rating"] = int(rating) if rating.is_integer() else rating
        written |= _templates(row)
        if row.get(Columns.TEXT) is not None:
            written["text"] = row[Columns.TEXT]
        yield written


def _templates(row: Mapping[str, Any]) -> dict[str, Any]:
    if row[Columns.SENTENCE] is None:
        return {}
    columns: Sequence[Any] = [row[name] for name in (Columns.FEATURE, Columns.OPINION, Columns.SENTENCE)]
    scores = [1 if score is None else score for score in row[Columns.SENTIMENT]]
    templates = [(feature, opinion or "", *rest) for feature, opinion, *rest in zip(*columns, scores, strict=True)]
    return {"template": templates[0], **({"sentence": templates} if len(templates) > 1 else {})}
