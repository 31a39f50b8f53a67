"""Pairs of user and item to explain, as a prepared dataset's part or a file asks for them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from rr_tools.errors import InvalidDataError
from rr_tools.explanation.explanation_data import ExplanationData
from rr_tools.query_lines import Codes, read_lines
from rr_tools.training_data import read_prepared


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class AskedPairs:
    """Q pairs in codes, and what they are called.

    Attributes:
        ids: Q query ids.
        user_ids: Q user ids.
        item_ids: Q item ids.
        users: [Q] user codes, -1 where unknown.
        items: [Q] item codes, likewise.
        ratings: [Q] float64 what the user gave, NaN where unknown.
        features: Q words that the texts are to speak of, None where nothing is asked for.
        references: Q texts that a person wrote, None where there is none.
        item_map_checksum: names the map from item ids to codes, or None.
    """

    ids: Sequence[str]
    user_ids: Sequence[str]
    item_ids: Sequence[str]
    users: NDArray[np.int64]
    items: NDArray[np.int64]
    ratings: NDArray[np.float64]
    features: Sequence[str | None]
    references: Sequence[str | None]
    item_map_checksum: str | None = None

    def __len__(self) -> int:
        """Return Q."""
        return len(self.ids)


def pairs_of_prepared(folder: str | Path, part: Literal["validation", "test"]) -> AskedPairs:
    """Ask for the explanations of a part; query ids are "USER_ID:N", for the Nth explanation of the dataset.

    Args:
        folder: a prepared dataset.
        part: "validation" or "test".

    Raises:
        MissingExtraError: rr-data is not installed.
        InvalidDataError: the folder holds no prepared dataset, or it has no explanations.
    """
    dataset = read_prepared(folder, _whole)
    data = ExplanationData.from_prepared(dataset)
    rows = data.rows(part)
    users, items, ratings, features = data.pairs(rows)
    user_ids, item_ids = dataset.users["user_id"].to_list(), dataset.items["item_id"].to_list()
    return AskedPairs(
        ids=[f"{user_ids[user]}:{row}" for user, row in zip(users, rows, strict=True)],
        user_ids=[user_ids[user] for user in users],
        item_ids=[item_ids[item] for item in items],
        users=users,
        items=items,
        ratings=ratings,
        features=features,
        references=[data.texts[row] for row in rows],
        item_map_checksum=dataset.item_map_checksum,
    )


def pairs_of_json_lines(path: str | Path, *, folder: str | Path | None = None) -> AskedPairs:
    """Read one pair a line: `{"item": ..., "user": ..., "rating": ..., "feature": ..., "query_id": ...}`.

    Only `item` must be there. A line may also hold the `reference` that a person wrote.

    Args:
        path: the file.
        folder: a prepared dataset whose ids users and items have; without it they are codes.

    Raises:
        MissingExtraError: a folder is given and rr-data is not installed.
        InvalidDataError: the file cannot be read or a line is no such pair; its number is named.
    """
    dataset = None if folder is None else read_prepared(folder, _whole)
    users, items = Codes(None), Codes(None)
    if dataset is not None:
        users = Codes.of_ids(dataset.users["user_id"].to_list())
        items = Codes.of_ids(dataset.items["item_id"].to_list())
    lines = read_lines(Path(path), required="item", kinds=(int, str), example='{"user": 7, "item": 3}')
    asked = [line for _, line in lines]
    return AskedPairs(
        ids=[str(line.get("query_id", number)) for number, line in lines],
        user_ids=["" if line.get("user") is None else str(line["user"]) for line in asked],
        item_ids=[str(line["item"]) for line in asked],
        users=users.of([line.get("user") for line in asked]),
        items=items.of([line["item"] for line in asked]),
        ratings=np.array([_rating(f"{path}, line {number}", line.get("rating")) for number, line in lines]),
        features=[_text(line.get("feature")) for line in asked],
        references=[_text(line.get("reference")) for line in asked],
        item_map_checksum=None if dataset is None else dataset.item_map_checksum,
    )


def _rating(place: str, value: Any) -> float:
    if value is None:
        return float("nan")
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise InvalidDataError(f"{place}: a rating is a number, not {value!r}")
    return float(value)


def _text(value: Any) -> str | None:
    return None if value is None else str(value)


def _whole(dataset: Any) -> Any:
    return dataset
