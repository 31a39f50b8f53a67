"""A metric as a function of sums over queries: what makes every metric resampled and compared in the same way."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from rr_eval.errors import InvalidArgumentError

Combine = Callable[[NDArray[np.float64]], NDArray[np.float64]]


@dataclass(frozen=True, slots=True, eq=False)
class Statistics:
    """What each of N queries, or users, adds to a metric.

    Attributes:
        values: [N, S] finite.
        combine: turns sums [R, S] over the rows of `values` into R values of the metric; it must not depend on the
            scale of the sums. None where the metric is the mean of the one column.
    """

    values: NDArray[np.float64]
    combine: Combine | None = None

    def __post_init__(self) -> None:
        """Check the values."""
        if self.values.ndim != 2 or not len(self.values):
            raise InvalidArgumentError("values", f"shape {self.values.shape}", "at least one value, shape [N]")
        if not np.isfinite(self.values).all():
            raise InvalidArgumentError("values", f"{self.values[~np.isfinite(self.values)][0]}", "finite numbers")

    @classmethod
    def of_mean(cls, values: ArrayLike) -> Statistics:
        """A metric that is the mean of one value a query [N].

        Raises:
            InvalidArgumentError: another shape, no values, or one that is not finite.
        """
        array = np.asarray(values, dtype=np.float64)
        if array.ndim != 1:
            raise InvalidArgumentError("values", f"shape {array.shape}", "shape [N] with at least one value")
        return cls(array[:, None])

    def __len__(self) -> int:
        """Return N."""
        return len(self.values)

    @property
    def value(self) -> float:
        """The metric."""
        if self.combine is None:
            return float(self.values[:, 0].mean())
        return float(self.combine(self.values.sum(axis=0)[None])[0])

    def of_sums(self, sums: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the metric [R] for sums [R, S] over as many queries."""
        return sums[:, 0] / len(self.values) if self.combine is None else self.combine(sums)

    def minus(self, other: Statistics) -> Statistics:
        """Return the statistics of the difference of two metrics of the same queries.

        Raises:
            InvalidArgumentError: the other one has more or fewer queries.
        """
        if len(other) != len(self):
            raise InvalidArgumentError("b", f"{len(other)} values", f"{len(self)}, one for each of a")
        if self.combine is None and other.combine is None:
            return Statistics(self.values - other.values)
        width = self.values.shape[1]
        both = np.hstack([self.values, other.values])
        return Statistics(both, lambda sums: self.of_sums(sums[:, :width]) - other.of_sums(sums[:, width:]))
