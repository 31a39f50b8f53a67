"""What every model of the zoo trains on: users' item sequences as two NumPy arrays."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

from rr_tools.errors import InvalidDataError, MissingExtraError
from rr_tools.item_attributes import ItemAttributes
from rr_tools.item_features import checked_features

IntArray = NDArray[np.int64]
Data = TypeVar("Data")


class PreparedLike(Protocol):
    """The part of `rr_data.interfaces.PreparedDataset` that training reads."""

    @property
    def n_items(self) -> int:
        """Size of the catalogue."""
        ...

    @property
    def checksum(self) -> str:
        """Checksum of the dataset."""
        ...

    @property
    def item_map_checksum(self) -> str:
        """Checksum of the map from item ids to codes."""
        ...

    @property
    def items(self) -> Any:
        """Table of the items, a row an item code: `categories`, a list of names or null; `title`, a text or null."""
        ...

    def sequences(self, until: Any) -> Any:
        """Users' sequences with `.items` [N] and `.offsets` [U + 1]."""
        ...

    def targets(self, part: Any) -> NDArray[Any]:
        """[U] item codes of a part, -1 where a user has none."""
        ...


@dataclass(frozen=True, slots=True, eq=False)
class TrainingData:
    """Item sequences of U users in compressed rows, and optionally what each user took next.

    Several models may be trained on the same data: items, offsets and validation are read-only views.

    Attributes:
        items: [N] int64 item codes; user u's are `items[offsets[u]:offsets[u + 1]]`, oldest first.
        offsets: [U + 1] int64, from 0 to N, not decreasing.
        n_items: size of the catalogue; codes are 0..n_items-1.
        validation: [U] int64 held-out next item by user code, -1 for none; None trains without early stopping and
            leaves the confidence uncalibrated.
        item_map_checksum: names the map from item ids to codes; written to the artifact's card.
        dataset_checksum: names the dataset; written to the artifact's card.
        attributes: attributes of the n_items items, such as their categories; None where nothing is known.
        features: [n_items, F] float32 visual and text features of the items, NaN where unknown; the models whose names
            end in `+v` need them.
        titles: n_items texts, empty where unknown; `text-knn` needs them.

    Example:
        >>> data = TrainingData(items=[3, 1, 2], offsets=[0, 2, 3], n_items=4)
        >>> data.n_users, data.sequence(0).tolist()
        (2, [3, 1])
    """

    items: IntArray
    offsets: IntArray
    n_items: int
    validation: IntArray | None = None
    item_map_checksum: str = ""
    dataset_checksum: str = ""
    attributes: ItemAttributes | None = None
    features: NDArray[np.float32] | None = None
    titles: tuple[str, ...] | None = None

    def __post_init__(self) -> None:
        """Convert to int64 and check shapes and ranges.

        Raises:
            InvalidDataError: naming the field, what it held and what it may hold.
        """
        items, offsets = _codes("items", self.items), _codes("offsets", self.offsets)
        if self.n_items < 1:
            raise InvalidDataError(f"n_items is {self.n_items}; a catalogue has at least one item")
        if len(offsets) < 2 or offsets[0] != 0 or offsets[-1] != len(items) or np.any(np.diff(offsets) < 0):
            raise InvalidDataError(
                f"offsets must rise from 0 to {len(items)} (the number of items), one more than users"
            )
        if len(items) == 0:
            raise InvalidDataError("there are no interactions to train on")
        _check_range("items", items, 0, self.n_items)
        object.__setattr__(self, "items", items)
        object.__setattr__(self, "offsets", offsets)
        if self.validation is not None:
            validation = _codes("validation", self.validation)
            if len(validation) != len(offsets) - 1:
                raise InvalidDataError(f"validation has {len(validation)} entries for {len(offsets) - 1} users")
            _check_range("validation", validation, -1, self.n_items)
            object.__setattr__(self, "validation", validation)
        if self.attributes is not None and self.attributes.n_items != self.n_items:
            raise InvalidDataError(f"attributes describe {self.attributes.n_items} items; there are {self.n_items}")
        if self.features is not None:
            object.__setattr__(self, "features", checked_features(self.features, self.n_items))
        if self.titles is not None and len(self.titles) != self.n_items:
            raise InvalidDataError(f"there are {len(self.titles)} titles for {self.n_items} items")

    @classmethod
    def from_prepared(
        cls, prepared: PreparedLike | str | Path, until: Literal["train", "validation"] = "train"
    ) -> TrainingData:
        """Read a prepared dataset, given open or by its folder.

        Args:
            prepared: a `rr_data.interfaces.PreparedDataset` or the folder of one.
            until: "train" trains on the training part and keeps the validation items for early stopping and
                calibration; "validation" trains on both and has no validation.

        Raises:
            MissingExtraError: a folder was given and rr-data is not installed.
            InvalidDataError: the folder holds no prepared dataset that can be read.
        """
        if isinstance(prepared, str | Path):
            return read_prepared(prepared, lambda opened: cls.from_prepared(opened, until))
        sequences = prepared.sequences(until=until)
        return cls(
            items=sequences.items,
            offsets=sequences.offsets,
            n_items=prepared.n_items,
            validation=prepared.targets("validation") if until == "train" else None,
            item_map_checksum=prepared.item_map_checksum,
            dataset_checksum=prepared.checksum,
            attributes=ItemAttributes.of_names(prepared.items["categories"].to_list()),
            titles=tuple(title or "" for title in prepared.items["title"].to_list()),
        )

    @property
    def n_users(self) -> int:
        """U, the number of users; user codes are 0..U-1."""
        return len(self.offsets) - 1

    @property
    def users(self) -> IntArray:
        """[N] the user code of every interaction."""
        return np.repeat(np.arange(self.n_users), np.diff(self.offsets))

    @property
    def popularity(self) -> IntArray:
        """[n_items] how often each item occurs."""
        return np.bincount(self.items, minlength=self.n_items)

    def sequence(self, user: int) -> IntArray:
        """Return one user's item codes, oldest first."""
        return self.items[self.offsets[user] : self.offsets[user + 1]]

    def fingerprint(self) -> str:
        """Return a SHA-256 over everything that training reads."""
        digest = hashlib.sha256(str(self.n_items).encode())
        attributes = self.attributes
        rows = () if attributes is None else (attributes.codes, attributes.offsets)
        for array in (self.items, self.offsets, self.validation, self.features, *rows):
            digest.update(b"none" if array is None else np.ascontiguousarray(array).tobytes())
        digest.update(repr(self.titles).encode())
        return digest.hexdigest()


def read_prepared(folder: str | Path, read: Callable[[Any], Data]) -> Data:
    """Open a prepared dataset and return what `read` makes of it.

    Raises:
        MissingExtraError: rr-data is not installed.
        InvalidDataError: the folder holds no prepared dataset that can be read.
    """
    try:
        from rr_data.interfaces import DataError, PreparedDataset  # noqa: PLC0415  # the base install lacks rr-data
    except ImportError as error:
        raise MissingExtraError("rr-data") from error
    try:
        return read(PreparedDataset.open(folder))
    except DataError as error:
        raise InvalidDataError(str(error)) from error


def _codes(name: str, values: Any) -> IntArray:
    array = np.asarray(values)
    if array.ndim != 1 or (array.size and array.dtype.kind not in "iu"):
        raise InvalidDataError(
            f"{name} has dtype {array.dtype} and shape {array.shape}; it must be one row of integers"
        )
    codes = array.astype(np.int64, copy=False).view()
    codes.flags.writeable = False
    return codes


def _check_range(name: str, codes: IntArray, low: int, high: int) -> None:
    bad = codes[(codes < low) | (codes >= high)]
    if len(bad):
        raise InvalidDataError(f"{name} holds {bad[0]}; codes lie in {low}..{high - 1}")
