"""Leaks: pairs of user and item across tasks; the checks of codes and ids stand beside and come along here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import permutations
from types import MappingProxyType
from typing import Any, Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from rr_data.columns import Columns
from rr_data.errors import OptionError
from rr_data.splits.id_leaks import IdLeaks, ids_inside_ids
from rr_data.splits.next_integers import NextIntegerShare, next_integer_share, next_integers_hit_rate
from rr_data.splits.parts import TEST, TRAIN

__all__ = [
    "IdLeaks",
    "LeakReport",
    "NextIntegerShare",
    "cross_task_leaks",
    "ids_inside_ids",
    "next_integer_share",
    "next_integers_hit_rate",
]

_EXAMPLES: Final = 5
_GOLDEN: Final = np.uint64(0x9E3779B97F4A7C15)
_PAIR: Final = [Columns.USER, Columns.ITEM]


@dataclass(frozen=True, slots=True, kw_only=True)
class LeakReport:
    """Pairs of user and item that one task trains on and another one tests.

    Attributes:
        tasks: names of the tasks that were compared.
        pairs: number of such pairs by (training task, test task), only where there are any.
        examples: some of them, (user, item), by the same keys.
    """

    tasks: tuple[str, ...]
    pairs: Mapping[tuple[str, str], int]
    examples: Mapping[tuple[str, str], tuple[tuple[int, int], ...]]

    @property
    def clean(self) -> bool:
        """Whether there is no such pair."""
        return not self.pairs

    def __str__(self) -> str:
        """What leaks where, in one line."""
        if self.clean:
            return f"no pair leaks between {', '.join(self.tasks)}"
        return "; ".join(
            f"{count} pairs that {train} trains on and {test} tests, such as user {self.examples[train, test][0][0]} "
            f"with item {self.examples[train, test][0][1]}"
            for (train, test), count in self.pairs.items()
        )

    def to_json(self) -> dict[str, Any]:
        """What a manifest records: `clean`, `tasks`, and `leaks` with `train`, `test`, `pairs` and `examples`."""
        leaks = [
            {
                "train": train,
                "test": test,
                "pairs": count,
                "examples": [list(pair) for pair in self.examples[train, test]],
            }
            for (train, test), count in self.pairs.items()
        ]
        return {"clean": self.clean, "tasks": list(self.tasks), "leaks": leaks}


def cross_task_leaks(tasks: Mapping[str, pl.DataFrame]) -> LeakReport:
    """Compare the training part of each task with the test part of each other one.

    A pair within one task's training and test part is not looked at: it is a user who came back to an item.

    Args:
        tasks: by name, a table with codes `user` and `item`, and the name of the `part`; other columns are ignored.

    Raises:
        OptionError: a table that lacks one of the three columns.

    Example:
        >>> clicks = pl.DataFrame({"user": [0], "item": [3], "part": ["train"]})
        >>> sequences = pl.DataFrame({"user": [0], "item": [3], "part": ["test"]})
        >>> report = cross_task_leaks({"ctr": clicks, "sequential": sequences})
        >>> report.clean, dict(report.pairs)
        (False, {('ctr', 'sequential'): 1})
    """
    for name, table in tasks.items():
        missing = {*_PAIR, Columns.PART} - set(table.columns)
        if missing:
            raise OptionError(f"task {name}", table.columns, f"a table that also has {', '.join(sorted(missing))}")
    trained = {name: _pairs(table, TRAIN) for name, table in tasks.items()}
    tested = {name: np.unique(_pairs(table, TEST)) for name, table in tasks.items()}
    pairs: dict[tuple[str, str], int] = {}
    examples: dict[tuple[str, str], tuple[tuple[int, int], ...]] = {}
    for train, test in permutations(tasks, 2):
        leaking = _in_both(trained[train], tested[test])
        if len(leaking):
            pairs[train, test] = len(leaking)
            examples[train, test] = tuple((int(pair >> 32), int(pair & 0xFFFFFFFF)) for pair in leaking[:_EXAMPLES])
    return LeakReport(tasks=tuple(tasks), pairs=MappingProxyType(pairs), examples=MappingProxyType(examples))


def _pairs(table: pl.DataFrame, part: str) -> NDArray[np.int64]:
    """[n] user and item of a part in one number each."""
    chosen = table.lazy().filter(pl.col(Columns.PART) == part).select(_PAIR).collect()
    user, item = (chosen[name].to_numpy().astype(np.int64) for name in _PAIR)
    return np.asarray((user << 32) | item, dtype=np.int64)


def _in_both(trained: NDArray[np.int64], tested: NDArray[np.int64]) -> NDArray[np.int64]:
    """Distinct numbers in both; `tested` is sorted and distinct."""
    if len(tested) == 0:
        return tested
    # Most of what trained is told apart by a hash table of bits, before the slower search.
    bits = len(tested).bit_length() + 4
    marked = np.zeros(1 << bits, dtype=np.bool_)
    marked[_hashed(tested, bits)] = True
    maybe = trained[marked[_hashed(trained, bits)]]
    places = np.minimum(np.searchsorted(tested, maybe), len(tested) - 1)
    found = np.zeros(len(tested), dtype=np.bool_)
    found[places[tested[places] == maybe]] = True
    return tested[found]


def _hashed(pairs: NDArray[np.int64], bits: int) -> NDArray[np.uint64]:
    """The top bits of a product with the golden ratio (Knuth, volume 3, section 6.4)."""
    return np.asarray((pairs.view(np.uint64) * _GOLDEN) >> np.uint64(64 - bits), dtype=np.uint64)
