"""Honest training examples: targets that no tool which answers for them has seen.

Each user's training sequence is cut; honest tools are trained on the first part only and asked about the items after
the cut, each time with the history up to that item.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rr_data.interfaces import Sequences

IntArray = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Examples:
    """N next-item examples.

    Attributes:
        users: [N] user codes.
        histories: N arrays of item codes, oldest first: everything before the target.
        targets: [N] item codes.
    """

    users: IntArray
    histories: tuple[IntArray, ...]
    targets: IntArray

    def __len__(self) -> int:
        """Return N."""
        return len(self.users)

    def take(self, rows: IntArray) -> Examples:
        """Return the examples at `rows` [M], in that order."""
        return Examples(self.users[rows], tuple(self.histories[row] for row in rows), self.targets[rows])

    def drawn(self, most: int | None, *, seed: int) -> Examples:
        """Return at most so many of them, drawn without repetition, in their order; None returns all."""
        if most is None or len(self) <= most:
            return self
        return self.take(np.sort(np.random.default_rng(seed).permutation(len(self))[:most]))


def cut_lengths(lengths: IntArray, share: float) -> IntArray:
    """Return how many items of each sequence the honest tools see: `share` of it, at least one, never all of it.

    Example:
        >>> cut_lengths(np.array([0, 1, 2, 3, 10]), 0.8).tolist()
        [0, 0, 1, 2, 8]
    """
    cut = np.ceil(lengths * share).astype(np.int64)
    return np.clip(np.minimum(cut, lengths - 1), 0, None)


def after_cut(sequences: Sequences, cut: IntArray, *, per_user: int, seed: int) -> Examples:
    """Draw at most `per_user` targets after each user's cut, the last one always among them."""
    rng = np.random.default_rng(seed)
    users, histories, targets = [], [], []
    for user, start in enumerate(cut):
        sequence = np.asarray(sequences[user], dtype=np.int64)
        places = np.arange(max(int(start), 1), len(sequence))
        if len(places) > per_user:
            places = np.append(np.sort(rng.choice(places[:-1], per_user - 1, replace=False)), places[-1])
        for place in places:
            users.append(user)
            histories.append(sequence[:place])
            targets.append(sequence[place])
    return Examples(np.array(users, np.int64), tuple(histories), np.array(targets, np.int64))


def windows(sequences: Sequences, *, size: int, stride: int) -> Examples:
    """Slide windows of `size` + 1 items over every sequence, back from its end, until its first item is covered."""
    users, histories, targets = [], [], []
    for user in range(len(sequences)):
        sequence = np.asarray(sequences[user], dtype=np.int64)
        for end in _window_ends(len(sequence), size, stride):
            users.append(user)
            histories.append(sequence[max(0, end - size) : end])
            targets.append(sequence[end])
    return Examples(np.array(users, np.int64), tuple(histories), np.array(targets, np.int64))


def last_items(sequences: Sequences, targets: IntArray) -> Examples:
    """Return one example for each user who has a target: the whole sequence is the history."""
    users = np.flatnonzero(np.asarray(targets) >= 0)
    histories: Sequence[IntArray] = [np.asarray(sequences[int(user)], dtype=np.int64) for user in users]
    return Examples(users.astype(np.int64), tuple(histories), np.asarray(targets, dtype=np.int64)[users])


def _window_ends(length: int, size: int, stride: int) -> list[int]:
    return list(range(length - 1, max(0, min(size, length - 1) - stride), -stride))[::-1]
