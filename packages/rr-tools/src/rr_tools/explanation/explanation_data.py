"""What an explaining model trains on: who said what about which item."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from rr_tools.errors import InvalidDataError
from rr_tools.training_data import PreparedLike, read_prepared

IntArray = NDArray[np.int64]
TRAIN, VALIDATION, TEST = 0, 1, 2
Part = Literal["train", "validation", "test"]
PART_CODES: Mapping[Part, int] = {"train": TRAIN, "validation": VALIDATION, "test": TEST}


class PreparedExplanations(PreparedLike, Protocol):
    """The part of `rr_data.interfaces.PreparedDataset` that explaining models read."""

    @property
    def n_users(self) -> int:
        """Number of users."""
        ...

    @property
    def explanations(self) -> Any:
        """Table of `row`, `feature`, `sentence`, `part`; or None."""
        ...

    @property
    def interactions(self) -> Any:
        """Table of `user`, `item`, `rating`."""
        ...


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class ExplanationData:
    """R explanations: a user, an item, a text, and what else is known.

    Attributes:
        users: [R] int64 user codes.
        items: [R] int64 item codes.
        texts: R texts.
        parts: [R] int64 0 train, 1 validation, 2 test. Without validation rows training does not stop early; the test
            rows are never trained on.
        n_users: user codes are 0..n_users-1.
        n_items: size of the catalogue; codes are 0..n_items-1.
        ratings: [R] float64, NaN where unknown; None where all are.
        features: R words that the texts speak of, None where there is none; None where there is none at all.
        item_map_checksum: names the map from item ids to codes; written to the artifact's card.
        dataset_checksum: names the dataset; written to the artifact's card.

    Example:
        >>> data = ExplanationData(users=[0, 1], items=[2, 0], texts=["It fits.", "A good price."], parts=[0, 0],
        ...                        n_users=2, n_items=3)
        >>> len(data), data.ratings.tolist()
        (2, [nan, nan])
    """

    users: IntArray
    items: IntArray
    texts: Sequence[str]
    parts: IntArray
    n_users: int
    n_items: int
    ratings: NDArray[np.float64] | None = None
    features: Sequence[str | None] | None = None
    item_map_checksum: str = ""
    dataset_checksum: str = ""

    def __post_init__(self) -> None:
        """Convert the arrays and check lengths and ranges.

        Raises:
            InvalidDataError: naming the field, what it held and what it may hold.
        """
        size = len(self.texts)
        ratings = np.full(size, np.nan) if self.ratings is None else np.asarray(self.ratings, dtype=np.float64)
        features = (None,) * size if self.features is None else tuple(self.features)
        object.__setattr__(self, "ratings", ratings)
        object.__setattr__(self, "features", features)
        object.__setattr__(self, "texts", tuple(self.texts))
        bounds = {"users": self.n_users, "items": self.n_items, "parts": len(PART_CODES)}
        for name, bound in bounds.items():
            object.__setattr__(self, name, _codes(name, getattr(self, name), bound))
        for name in ("users", "items", "parts", "ratings", "features"):
            if len(getattr(self, name)) != size:
                raise InvalidDataError(f"{name} has {len(getattr(self, name))} entries for {size} texts")
        if np.isinf(ratings).any():
            raise InvalidDataError("ratings hold an infinite value; write NaN for an unknown rating")
        if not (self.parts == TRAIN).any():
            raise InvalidDataError("there are no texts to train on (part 0)")

    def __len__(self) -> int:
        """Return R."""
        return len(self.texts)

    def rows(self, part: Part) -> IntArray:
        """Return the places of a part's texts."""
        return np.flatnonzero(self.parts == PART_CODES[part])

    def pairs(self, rows: IntArray) -> tuple[IntArray, IntArray, NDArray[np.float64], list[str | None]]:
        """Return users, items, ratings and features of some rows: what `Explainer.explain` is asked with.

        Example:
            >>> data = ExplanationData(users=[0, 1], items=[2, 0], texts=["It fits.", "A good price."], parts=[0, 2],
            ...                        n_users=2, n_items=3, ratings=[5, 4], features=[None, "price"])
            >>> data.pairs(data.rows("test"))
            (array([1]), array([0]), array([4.]), ['price'])
        """
        features = self.features or ()
        return self.users[rows], self.items[rows], np.asarray(self.ratings)[rows], [features[row] for row in rows]

    @classmethod
    def from_prepared(
        cls, prepared: PreparedLike | str | Path, until: Literal["train", "validation"] = "train"
    ) -> ExplanationData:
        """Read a prepared dataset, given open or by its folder.

        Args:
            prepared: a `rr_data.interfaces.PreparedDataset` with explanations, or the folder of one.
            until: "train" trains on the training part and stops early on the validation part; "validation" trains on
                both.

        Raises:
            MissingExtraError: a folder was given and rr-data is not installed.
            InvalidDataError: the dataset cannot be read, or has no explanations.
        """
        if isinstance(prepared, str | Path):
            return read_prepared(prepared, lambda opened: cls.from_prepared(opened, until))
        opened: Any = prepared  # a PreparedExplanations
        if opened.explanations is None:
            raise InvalidDataError("the dataset has no explanations; prepare it with: rr-data prepare --explanations")
        table = opened.explanations.filter(opened.explanations["part"].is_in(list(PART_CODES)))
        said = opened.interactions[table["row"].to_numpy()]
        parts = table["part"].replace_strict(PART_CODES).to_numpy().astype(np.int64)
        return cls(
            users=said["user"].to_numpy(),
            items=said["item"].to_numpy(),
            texts=table["sentence"].to_list(),
            parts=np.where(parts == VALIDATION, TRAIN, parts) if until == "validation" else parts,
            n_users=opened.n_users,
            n_items=opened.n_items,
            ratings=said["rating"].fill_null(float("nan")).to_numpy(),
            features=table["feature"].to_list(),
            item_map_checksum=opened.item_map_checksum,
            dataset_checksum=opened.checksum,
        )

    def fingerprint(self) -> str:
        """Return a SHA-256 over everything that training reads."""
        digest = hashlib.sha256(json.dumps([self.n_users, self.n_items, self.texts, self.features]).encode())
        for array in (self.users, self.items, self.parts, self.ratings):
            digest.update(np.ascontiguousarray(array).tobytes())
        return digest.hexdigest()


def _codes(name: str, values: Any, bound: int) -> IntArray:
    array = np.asarray(values)
    if array.ndim != 1 or (array.size and array.dtype.kind not in "iu"):
        raise InvalidDataError(
            f"{name} has dtype {array.dtype} and shape {array.shape}; it must be one row of integers"
        )
    if array.size and not (array.min() >= 0 and array.max() < bound):
        raise InvalidDataError(f"{name} lie in {array.min()}..{array.max()}; allowed: 0..{bound - 1}")
    return array.astype(np.int64)
