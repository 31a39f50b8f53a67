"""Training windows over interaction sequences, with a prediction at every position."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rr_tools.training_data import TrainingData

IntArray = NDArray[np.int64]
BATCHES_PER_BUCKET = 32  # windows are sorted by length inside this many batches, so that little is padding


@dataclass(frozen=True, slots=True, eq=False)
class Windows:
    """W stretches of consecutive transitions.

    Attributes:
        starts: [W] index into `TrainingData.items` of a window's first input item.
        lengths: [W] transitions in the window; transition i reads item `starts + i` and predicts the one after it.
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
    transitions = np.maximum(np.diff(data.offsets) - 1, 0)
    phases = np.where(transitions > max_length, rng.integers(0, max_length, len(transitions)), 0)
    counts = -(-(transitions - phases) // max_length) + (phases > 0)
    users = np.repeat(np.arange(len(transitions)), counts)
    order = np.arange(len(users)) - np.repeat(np.cumsum(counts) - counts, counts)
    # With a phase the first window is [0, phase) and the k-th starts at phase + (k - 1) * max_length.
    shift = np.where(phases > 0, phases - max_length, 0)[users]
    begin = shift + order * max_length
    end = np.minimum(begin + max_length, transitions[users])
    begin = np.maximum(begin, 0)
    return Windows(starts=data.offsets[users] + begin, lengths=end - begin)


def window_batches(
    data: TrainingData, windows: Windows, batch_size: int, rng: np.random.Generator
) -> Iterator[tuple[IntArray, IntArray]]:
    """Yield (inputs, targets) [B, longest], item codes oldest first, -1 after a window's end, in random order."""
    order = rng.permutation(len(windows))
    bucket = batch_size * BATCHES_PER_BUCKET
    batches: list[IntArray] = []
    for first in range(0, len(order), bucket):
        rows = order[first : first + bucket]
        rows = rows[np.argsort(windows.lengths[rows], kind="stable")]
        batches += [rows[i : i + batch_size] for i in range(0, len(rows), batch_size)]
    for index in rng.permutation(len(batches)):
        rows = batches[index]
        lengths = windows.lengths[rows]
        steps = np.arange(lengths.max())
        inside = steps[None, :] < lengths[:, None]
        positions = np.where(inside, windows.starts[rows][:, None] + steps[None, :], 0)
        yield np.where(inside, data.items[positions], -1), np.where(inside, data.items[positions + inside], -1)
