"""Mix the tasks' examples: one stream, drawn by seed, that can be continued from any place."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from rr_data.errors import OptionError, UnknownNameError
from rr_data.sampling.streams import stream_keys, uniform_draws

EXHAUSTED: Final = ("drop", "cycle")
_TASKS: Final = 7  # a stream of the seed; others are in sampling/ and direct_queries.py
_BLOCK: Final = 1 << 16
IntArray = NDArray[np.int64]


def mixture(
    parts: Mapping[str, Iterable[Any]],
    weights: Mapping[str, float] | None = None,
    *,
    temperature: float = 1.0,
    seed: int,
    exhausted: str = "drop",
    length: int | None = None,
    start: int = 0,
) -> Iterator[Any]:
    """Draw examples of several tasks.

    Place i of the stream is a function of the sizes of the parts, the weights and the seed. Every part is gone through
    in a random order of its own before any of its rows comes again.

    Args:
        parts: rows by task. A sequence is read row by row as needed; any other iterable is first made a list.
        weights: how likely each task is, in proportion; tasks that are not named get none. None takes the size of each
            part to the power 1 / temperature (Raffel et al., JMLR 21, 2020): 1 is in proportion to sizes, and the
            hotter the more equal.
        temperature: above 0; not used with weights.
        seed: an integer of at least 0.
        exhausted: what a task does whose rows are used up: `drop` leaves the draw to the others, so that the stream
            holds each row exactly once; `cycle` begins again in another order, and the stream has no end of its own.
        length: where the stream ends at the latest; None sets no end.
        start: the place to begin at, so that a stopped run goes on where it was.

    Returns:
        Rows from place `start` on.

    Raises:
        UnknownNameError: a weight for a task without rows.
        OptionError: another option that cannot be used, or no task with rows and weight.

    Example:
        >>> parts = {"direct": ["d1", "d2"], "ctr": ["c1", "c2", "c3", "c4"]}
        >>> whole = list(mixture(parts, seed=0))
        >>> sorted(whole), whole[4:] == list(mixture(parts, seed=0, start=4))
        (['c1', 'c2', 'c3', 'c4', 'd1', 'd2'], True)
    """
    rows = {task: part if isinstance(part, Sequence) else list(part) for task, part in parts.items()}
    shares = _shares({task: len(part) for task, part in rows.items()}, weights, temperature)
    if exhausted not in EXHAUSTED:
        raise OptionError("exhausted", exhausted, " or ".join(EXHAUSTED))
    if seed < 0 or start < 0 or (length is not None and length < 0):
        raise OptionError("seed, start, length", (seed, start, length), "integers of at least 0")
    names = [task for task in rows if shares.get(task, 0) > 0]
    sizes = np.array([len(rows[task]) for task in names], dtype=np.int64)
    blocks = _draws(np.array([shares[task] for task in names]), sizes, seed, cycle=exhausted == "cycle")
    return _rows_of(
        [rows[task] for task in names], [_Order(task, len(rows[task]), seed) for task in names], blocks, start, length
    )


class _Order:
    """A part's rows in random order, and in another one at each further pass."""

    def __init__(self, task: str, size: int, seed: int) -> None:
        self._seed = [seed, zlib.crc32(task.encode())]
        self._size = size
        self._pass, self._places = -1, np.empty(0, dtype=np.int64)

    def place(self, number: int) -> int:
        """The row to take at the task's `number`-th draw."""
        this, within = divmod(number, self._size)
        if this != self._pass:
            self._pass, self._places = this, np.random.default_rng([*self._seed, this]).permutation(self._size)
        return int(self._places[within])


def _rows_of(
    rows: list[Sequence[Any]], orders: list[_Order], blocks: Iterator[IntArray], start: int, length: int | None
) -> Iterator[Any]:
    counts = np.zeros(len(rows), dtype=np.int64)
    place = 0
    for block in blocks:
        skipped = min(max(start - place, 0), len(block))
        counts += np.bincount(block[:skipped], minlength=len(rows))
        place += skipped
        for task in block[skipped:].tolist():
            if length is not None and place >= length:
                return
            yield rows[task][orders[task].place(int(counts[task]))]
            counts[task] += 1
            place += 1
        if length is not None and place >= length:
            return


def _draws(shares: NDArray[np.float64], sizes: IntArray, seed: int, *, cycle: bool) -> Iterator[IntArray]:
    """The tasks of the stream, block after block."""
    key = stream_keys(seed, _TASKS)
    left = sizes.copy()
    place = 0
    while cycle or left.sum() > 0:
        open_tasks = shares if cycle else np.where(left > 0, shares, 0.0)
        bounds = np.cumsum(open_tasks) / open_tasks.sum()
        size = _BLOCK if cycle else min(_BLOCK, int(left.sum()))
        block = np.searchsorted(bounds, uniform_draws(key, place, place + size)[0], side="right")
        block = np.minimum(block, np.flatnonzero(open_tasks)[-1])  # rounding can lead one past the end
        if not cycle:
            block = block[: _until_one_is_used_up(block, left)]
            left -= np.bincount(block, minlength=len(left))
        place += len(block)
        yield block


def _until_one_is_used_up(block: IntArray, left: IntArray) -> int:
    """How many draws to keep: up to the one that takes a task's last row."""
    ends = [
        np.flatnonzero(block == task)[number - 1] + 1
        for task, number in enumerate(left.tolist())
        if 0 < number <= np.count_nonzero(block == task)
    ]
    return int(min(ends, default=len(block)))


def _shares(sizes: dict[str, int], weights: Mapping[str, float] | None, temperature: float) -> dict[str, float]:
    if weights is None:
        if not 0 < temperature < float("inf"):
            raise OptionError("temperature", temperature, "a finite number above 0")
        largest = max(sizes.values(), default=1)
        shares = {task: (size / max(largest, 1)) ** (1 / temperature) for task, size in sizes.items()}
    else:
        for task, weight in weights.items():
            if task not in sizes:
                raise UnknownNameError("task", task, sizes)
            if not 0 <= weight < float("inf"):
                raise OptionError(f"weights[{task!r}]", weight, "a finite number of at least 0")
            if weight > 0 and not sizes[task]:
                raise OptionError(f"weights[{task!r}]", weight, f"0, as there are no rows of {task}")
        shares = dict(weights)
    if not any(share > 0 and sizes[task] for task, share in shares.items()):
        raise OptionError("parts, weights", (sizes, weights), "at least one task with rows and a weight above 0")
    return shares
