"""Sums over resampled or relabelled queries.

A resample of N queries is decided by how often each *distinct* row of statistics was drawn, a multinomial draw;
ranking metrics take few distinct values (HR two, NDCG@5 ten at most), so the cost hardly grows with N. Where there are
more than 2,048, queries are first put at random into 2,048 groups of equal size, which are resampled as wholes: their
sums vary from group to group as much as independent queries make them, and the cost no longer grows with N.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from rr_eval.errors import InvalidArgumentError

_MOST_UNITS = 2048
_CHUNK_CELLS = 4_000_000  # bounds the memory of one multinomial draw to 32 MB

Floats = NDArray[np.float64]


class _Units(NamedTuple):
    values: Floats  # [U, S] sums
    sizes: NDArray[np.int64]  # [U] queries in each


def bootstrap_sums(values: Floats, *, seed: int, n_resamples: int) -> Floats:
    """Return the sums [R, S] of `values` [N, S] over R resamples of N queries with replacement.

    Raises:
        InvalidArgumentError: `n_resamples` is below 1.
    """
    rng = _generator(seed, n_resamples)
    distinct, counts = _distinct(values)
    if len(distinct) > _MOST_UNITS:
        units = _grouped(values, rng)
        draws = _draws(np.ones(len(units.sizes), dtype=np.int64), rng, n_resamples)
        drawn = [(draw @ units.values, draw @ units.sizes) for draw in draws]
        return np.concatenate([sums * (len(values) / sizes)[:, None] for sums, sizes in drawn])
    return np.concatenate([draw @ distinct for draw in _draws(counts, rng, n_resamples)])


def swapped_differences(differences: Floats, *, seed: int, n_resamples: int) -> Floats:
    """Return the sums [R] of `differences` [N] after R times changing the sign of each with probability one half."""
    rng = _generator(seed, n_resamples)
    sizes, counts = _distinct(np.abs(differences)[:, None])
    if len(sizes) > _MOST_UNITS:
        sizes, counts = _grouped(differences[:, None], rng).values, np.ones(_MOST_UNITS, dtype=np.int64)
    positive = rng.binomial(counts, 0.5, size=(n_resamples, len(counts)))
    return np.asarray((2 * positive - counts) @ sizes[:, 0])


def swapped_sums(a: Floats, b: Floats, *, seed: int, n_resamples: int) -> tuple[Floats, Floats]:
    """Return the sums [R, S] of `a` and of `b` [N, S] after R times swapping each row with probability one half."""
    rng = _generator(seed, n_resamples)
    both = np.hstack([a, b])
    units = _grouped(both, rng).values if len(both) > _MOST_UNITS else both
    width = a.shape[1]
    kept = rng.integers(0, 2, size=(n_resamples, len(units))).astype(np.float64)
    moved = kept @ (units[:, :width] - units[:, width:])
    return units[:, width:].sum(axis=0) + moved, units[:, :width].sum(axis=0) - moved


def _generator(seed: int, n_resamples: int) -> np.random.Generator:
    if n_resamples < 1:
        raise InvalidArgumentError("n_resamples", n_resamples, "1 or more")
    return np.random.default_rng(seed)


def _distinct(values: Floats) -> tuple[Floats, NDArray[np.int64]]:
    if values.shape[1] > 1:
        return values, np.ones(len(values), dtype=np.int64)
    distinct, counts = np.unique(values[:, 0], return_counts=True)
    return distinct[:, None], counts


def _grouped(values: Floats, rng: np.random.Generator) -> _Units:
    group = rng.permutation(len(values)) % _MOST_UNITS
    sums = np.stack([np.bincount(group, weights=column, minlength=_MOST_UNITS) for column in values.T], axis=1)
    return _Units(np.asarray(sums), np.bincount(group, minlength=_MOST_UNITS))


def _draws(counts: NDArray[np.int64], rng: np.random.Generator, n_resamples: int) -> list[NDArray[np.int64]]:
    """How often each unit is drawn, [R, U] in pieces; a unit that stands for several queries is drawn for each."""
    shares = counts / counts.sum()
    step = max(1, _CHUNK_CELLS // len(counts))
    sizes = [min(step, n_resamples - start) for start in range(0, n_resamples, step)]
    return [rng.multinomial(counts.sum(), shares, size=size) for size in sizes]
