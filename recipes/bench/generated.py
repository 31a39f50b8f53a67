"""A generated set of interactions with the statistics of a published one, as a CSV file."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray

FEWEST = 5  # interactions of a user, unless rows are too few for all
_USER_TAIL = 1.3  # Pareto exponents: the smaller, the heavier the tail
_ITEM_TAIL = 0.9
_FIRST_SECOND, _LAST_SECOND = 1_609_459_200, 1_667_260_800  # January 2021 to November 2022


@dataclass(frozen=True, slots=True)
class Size:
    """How many users, items and interactions; by default those of Pixel-1M.

    Users and items each have at least one interaction, so `rows` must be at least the larger of the two.
    """

    rows: int = 19_886_579
    users: int = 1_001_822
    items: int = 100_541

    def __post_init__(self) -> None:
        """Check that every user and every item can occur."""
        if min(self.rows, self.users, self.items) < 1 or self.rows < max(self.users, self.items):
            raise ValueError(f"{self}: expected at least one user and item, and a row for each of them")

    def part(self, share: int) -> Size:
        """One `share`-th of all three, rounded up."""
        return Size(*(-(-number // share) for number in (self.rows, self.users, self.items)))


def csv_path(folder: Path, size: Size, *, seed: int = 0) -> Path:
    """Where the CSV file of a size is kept."""
    return folder / f"interactions-{size.rows}-{size.users}-{size.items}-{seed}.csv"


def interactions_csv(folder: Path, size: Size, *, seed: int = 0) -> Path:
    """The CSV file of a size, generated if it is not in the folder yet.

    Header `item_id,user_id,timestamp` as PixelRec's; ids such as `v31415` and `u92653`; rows in random order; activity
    and popularity heavy-tailed. The same size and seed give the same file.
    """
    path = csv_path(folder, size, seed=seed)
    if path.exists():
        return path
    folder.mkdir(parents=True, exist_ok=True)
    partial = path.with_suffix(f".{os.getpid()}.partial")
    _table(size, np.random.default_rng(seed)).write_csv(partial)
    partial.replace(path)
    return path


def _table(size: Size, random: np.random.Generator) -> pl.DataFrame:
    fewest = min(FEWEST, size.rows // size.users)
    users = _drawn(size.users, size.rows, fewest, _USER_TAIL, random)
    items = _drawn(size.items, size.rows, 1, _ITEM_TAIL, random)
    return pl.DataFrame(
        {
            "item_id": _ids("v", size.items, random).gather(items),
            "user_id": _ids("u", size.users, random).gather(users),
            "timestamp": random.integers(_FIRST_SECOND, _LAST_SECOND, size.rows),
        }
    )


def _drawn(kinds: int, rows: int, fewest: int, tail: float, random: np.random.Generator) -> NDArray[np.int32]:
    """[rows] numbers below `kinds`, each at least `fewest` times, more of them by Pareto weights; in random order."""
    weights = np.minimum(random.pareto(tail, kinds) + 1, kinds)
    extra = random.choice(kinds, rows - fewest * kinds, p=weights / weights.sum())
    drawn = np.concatenate([np.repeat(np.arange(kinds), fewest), extra]).astype(np.int32)
    random.shuffle(drawn)
    return np.asarray(drawn)


def _ids(prefix: str, kinds: int, random: np.random.Generator) -> pl.Series:
    """Distinct ids, numbers of a catalogue of which half is in the set, in random order."""
    return pl.Series(random.permutation(2 * kinds)[:kinds]).cast(pl.String).str.replace("^", prefix)
