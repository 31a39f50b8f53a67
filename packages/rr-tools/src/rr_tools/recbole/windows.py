"""Training windows over interaction sequences."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rr_tools.training_data import TrainingData

IntArray = NDArray[np.int64]
BATCHES_PER_BUCKET = 32  # windows are sorted by length inside this many batches, so that little is padding


@dataclass(frozen=True, slots=True, eq=False)
class Windows:
    """W stretches of consecutive items.

    Attributes:
        starts: [W] index into `TrainingData.items` of a window's first input item.
        lengths: [W] items in the window; item `starts + i` is read and the one after it is predicted.
    """

    starts: IntArray
    lengths: IntArray

    def __len__(self) -> int:
        """Return W."""
        return len(self.starts)


def cut_windows(data: TrainingData, max_length: int, rng: np.random.Generator) -> Windows:
    """Cut every user's transitions into windows of at most `max_length`, each transition in exactly one.

    A sequence longer than a window is cut at a random phase, so that over the epochs an item is predicted from contexts
    of every length. Users with fewer than two interactions give no window.
    """
    return _cut(data.offsets[:-1], np.maximum(np.diff(data.offsets) - 1, 0), max_length, rng)


def cut_items(data: TrainingData, max_length: int, rng: np.random.Generator) -> Windows:
    """Cut every user's items, not transitions, into windows of at most `max_length`, each item in exactly one."""
    return _cut(data.offsets[:-1], np.diff(data.offsets), max_length, rng)


def every_prefix(data: TrainingData, max_length: int) -> Windows:
    """Return one window for each transition: the items before its target, at most `max_length`."""
    first = np.repeat(data.offsets[:-1], np.diff(data.offsets))
    ends = np.flatnonzero(np.arange(len(data.items)) > first)  # index of each target
    starts = np.maximum(first[ends], ends - max_length)
    return Windows(starts=starts, lengths=ends - starts)


def batch_rows(
    windows: Windows, batch_size: int, rng: np.random.Generator, *, equal_lengths: bool = False
) -> list[IntArray]:
    """Deal the windows out to batches of similar, or of equal, lengths.

    Returns:
        Numbers of windows, one array a batch, in random order; each window in exactly one.
    """
    order = rng.permutation(len(windows))
    bucket = max(1, len(order)) if equal_lengths else batch_size * BATCHES_PER_BUCKET
    batches: list[IntArray] = []
    for first in range(0, len(order), bucket):
        rows = order[first : first + bucket]
        rows = rows[np.argsort(windows.lengths[rows], kind="stable")]
        runs = np.split(rows, np.flatnonzero(np.diff(windows.lengths[rows])) + 1) if equal_lengths else [rows]
        for run in runs:
            batches += [run[i : i + batch_size] for i in range(0, len(run), batch_size)]
    return [batches[index] for index in rng.permutation(len(batches))]


def window_arrays(
    data: TrainingData, windows: Windows, rows: IntArray, *, width: int | None = None
) -> tuple[IntArray, IntArray]:
    """Return (inputs, targets) [B, width] of the windows `rows`: item codes oldest first, -1 after a window's end.

    `width` is that of the longest window unless it is given.
    """
    lengths = windows.lengths[rows]
    steps = np.arange(lengths.max() if width is None else width)
    inside = steps[None, :] < lengths[:, None]
    positions = np.where(inside, windows.starts[rows][:, None] + steps[None, :], 0)
    return np.where(inside, data.items[positions], -1), np.where(inside, data.items[positions + inside], -1)


def last_target(targets: IntArray) -> IntArray:
    """Return targets [B, L] with -1 in the place of all but each row's last.

    Example:
        >>> last_target(np.array([[4, 5, -1], [6, 7, 8]])).tolist()
        [[-1, 5, -1], [-1, -1, 8]]
    """
    inside = targets >= 0
    last = inside.sum(axis=1) - 1
    return np.where(np.arange(targets.shape[1])[None, :] == last[:, None], targets, -1)


def _cut(offsets: IntArray, totals: IntArray, max_length: int, rng: np.random.Generator) -> Windows:
    phases = np.where(totals > max_length, rng.integers(0, max_length, len(totals)), 0)
    counts = -(-(totals - phases) // max_length) + (phases > 0)
    users = np.repeat(np.arange(len(totals)), counts)
    order = np.arange(len(users)) - np.repeat(np.cumsum(counts) - counts, counts)
    # With a phase the first window is [0, phase) and the k-th starts at phase + (k - 1) * max_length.
    shift = np.where(phases > 0, phases - max_length, 0)[users]
    begin = shift + order * max_length
    end = np.minimum(begin + max_length, totals[users])
    begin = np.maximum(begin, 0)
    return Windows(starts=offsets[users] + begin, lengths=end - begin)
