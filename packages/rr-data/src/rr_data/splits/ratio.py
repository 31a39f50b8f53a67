"""Ratio: each interaction goes to a part at random, by shares."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import polars as pl
from numpy.typing import NDArray

from rr_data.columns import Columns
from rr_data.splits.options import three_shares, truth, whole_number
from rr_data.splits.parts import PARTS, TEST, VALIDATION
from rr_data.splits.places import UserPlaces, places_of_rows, places_of_users

_MINIMUM_HISTORY = 3


@dataclass(frozen=True, slots=True)
class Ratio:
    """The split `ratio`.

    Plain: parts are drawn over all interactions, and their sizes are the shares to the nearest whole interaction.

    With `every_user`, the shares hold within each user, and a user with at least three interactions is in all three
    parts. A user with five then gives one of them to validation and one to test: 8:1:1 comes to about 73:13:13 on
    Amazon's sets, where a third of the users have five. A user with fewer than three is in training only.

    A pair of user and item that occurs several times can come to several parts; remove duplicates where it must not.

    Attributes:
        shares: of training, validation and test, such as `8:1:1`.
        every_user: whether each user is in all three parts where possible.
        seed: of the draw.

    Raises:
        OptionError: an option that cannot be used.

    Example:
        >>> parts = Ratio(shares="3:1:1", every_user=True).assign(pl.DataFrame({"user": [0] * 5 + [1] * 2}))
        >>> np.bincount(parts[:5]).tolist(), parts[5:].tolist()
        ([3, 1, 1], [0, 0])
    """

    name: ClassVar[str] = "ratio"
    shares: str = "8:1:1"
    every_user: bool = False
    seed: int = 0

    def __post_init__(self) -> None:
        """Check the shares, and read what came as strings."""
        three_shares("shares", self.shares)
        object.__setattr__(self, "every_user", truth("every_user", self.every_user))
        object.__setattr__(self, "seed", whole_number("seed", self.seed, at_least=0))

    def assign(self, interactions: pl.DataFrame) -> NDArray[np.int8]:
        """The part of each interaction; see `Split.assign`."""
        random = np.random.default_rng(self.seed)
        if self.every_user:
            return self._within_users(interactions[Columns.USER].to_numpy(), random)
        train, validation, _ = three_shares("shares", self.shares)
        borders = np.rint(np.array([0, train, train + validation, 1]) * interactions.height).astype(np.int64)
        parts = np.repeat(np.arange(3, dtype=np.int8), np.diff(borders))
        random.shuffle(parts)
        return parts

    def _within_users(self, users: NDArray[np.int32], random: np.random.Generator) -> NDArray[np.int8]:
        places = places_of_users(users)
        rows = _shuffled_within(places, random)
        _, validation, test = three_shares("shares", self.shares)
        n_validation, n_test = _sizes(places.lengths, validation, test)
        parts = np.zeros(len(users), dtype=np.int8)
        parts[rows[places_of_rows(places.starts, n_validation)]] = PARTS.index(VALIDATION)
        parts[rows[places_of_rows(places.starts + n_validation, n_test)]] = PARTS.index(TEST)
        return parts


def _shuffled_within(places: UserPlaces, random: np.random.Generator) -> NDArray[np.int64]:
    """[N] the rows, user after user, those of one user in random order.

    User, random bits and place go into one number each. They are all distinct, so every kind of sort gives one order.
    """
    lengths, n_rows = places.lengths, places.n_interactions
    for_place = int(lengths.max(initial=1)).bit_length()
    for_chance = 63 - for_place - len(lengths).bit_length()
    numbers = np.repeat(np.arange(len(lengths)) << for_chance, lengths)
    numbers |= random.integers(0, 1 << for_chance, n_rows)
    starts = np.repeat(places.starts, lengths)
    numbers <<= for_place
    numbers |= np.arange(n_rows) - starts
    numbers.sort()
    return np.asarray(starts + (numbers & ((1 << for_place) - 1)), dtype=np.int64)


def _sizes(lengths: NDArray[np.int64], validation: float, test: float) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """[m] validation and test interactions of each user: at least one each, and one left to train."""
    enough = lengths >= _MINIMUM_HISTORY
    n_validation = np.clip(np.rint(lengths * validation).astype(np.int64), 1, np.maximum(lengths - 2, 1))
    n_test = np.clip(np.rint(lengths * test).astype(np.int64), 1, np.maximum(lengths - 1 - n_validation, 1))
    return np.where(enough, n_validation, 0), np.where(enough, n_test, 0)
