"""The stream of training rows: a curriculum over evidence-horizon levels, the same after every resume."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import ArrayLike, NDArray
from torch.utils.data import Sampler

from rr_vlm.curriculum.phases import Curriculum
from rr_vlm.errors import InputError

BLOCK_STEPS = 8


class CurriculumSampler(Sampler[int]):
    """Yield row indices for a whole training run, `max_steps * batch_size` of them.

    The phase comes from the sampler's own step counter, not from the trainer's: loaders prefetch. Inside a level rows
    are drawn without replacement, reshuffled when used up. The stream depends on the arguments alone, so a resumed run
    that skips the batches already seen continues exactly where it stopped.

    With `lengths`, the rows of `BLOCK_STEPS` neighbouring steps are sorted by length and dealt into batches, whose
    order is then shuffled: little padding, while the mixture holds over every block.

    Args:
        levels: [N] evidence-horizon level of each row: 0 low, 1 medium, 2 high. Shares of absent levels go to the
            others in proportion.
        batch_size: rows an optimizer step takes over all devices and accumulation steps.
        max_steps: optimizer steps.
        seed: of the stream.
        curriculum: the mixture over levels.
        lengths: [N] length of each row in tokens, or None.

    Raises:
        InputError: an argument is out of range.

    Example:
        >>> sampler = CurriculumSampler([0, 0, 1, 2], batch_size=2, max_steps=3, seed=0)
        >>> len(sampler), list(sampler) == list(sampler)
        (6, True)
    """

    def __init__(
        self,
        levels: ArrayLike,
        *,
        batch_size: int,
        max_steps: int,
        seed: int,
        curriculum: Curriculum | None = None,
        lengths: ArrayLike | None = None,
    ) -> None:
        """Check the arguments; nothing is drawn yet."""
        self._levels = np.asarray(levels, dtype=np.int64)
        if self._levels.ndim != 1 or not len(self._levels) or not np.isin(self._levels, (0, 1, 2)).all():
            raise InputError("levels", f"shape {self._levels.shape}", "a non-empty [N] array of 0, 1 and 2")
        if batch_size < 1 or max_steps < 1:
            raise InputError("batch_size, max_steps", (batch_size, max_steps), "positive numbers")
        self._lengths = None if lengths is None else np.asarray(lengths, dtype=np.int64)
        if self._lengths is not None and self._lengths.shape != self._levels.shape:
            raise InputError("lengths", f"shape {self._lengths.shape}", f"shape {self._levels.shape}")
        self._batch_size = batch_size
        self._max_steps = max_steps
        self._seed = seed
        self._curriculum = curriculum or Curriculum()

    def __len__(self) -> int:
        """Return the number of indices of the whole run."""
        return self._max_steps * self._batch_size

    def __iter__(self) -> Iterator[int]:
        """Yield the stream from its start."""
        for block in self._blocks():
            yield from block.ravel().tolist()

    def _blocks(self) -> Iterator[NDArray[np.int64]]:
        rng = np.random.default_rng(self._seed)
        uniform = self._curriculum.uniform
        pools = [np.arange(len(self._levels))] if uniform else [np.flatnonzero(self._levels == i) for i in range(3)]
        streams = [_endless(pool, rng) for pool in pools]
        present = np.array([len(pool) > 0 for pool in pools], dtype=np.float64)
        for start in range(0, self._max_steps, BLOCK_STEPS):
            steps = range(start, min(start + BLOCK_STEPS, self._max_steps))
            rows: list[int] = []
            for step in steps:
                shares = np.ones(1) if uniform else np.array(self._curriculum.mixture(step, self._max_steps))
                shares = shares * present / (shares * present).sum()
                counts = rng.multinomial(self._batch_size, shares)
                rows += [next(stream) for stream, count in zip(streams, counts, strict=True) for _ in range(count)]
            block = np.array(rows, dtype=np.int64)
            if self._lengths is not None:
                block = block[np.argsort(self._lengths[block], kind="stable")]
                yield rng.permutation(block.reshape(len(steps), self._batch_size))
            else:
                yield rng.permuted(block.reshape(len(steps), self._batch_size), axis=1)


def _endless(pool: NDArray[np.int64], rng: np.random.Generator) -> Iterator[int]:
    while len(pool):
        yield from rng.permutation(pool).tolist()
