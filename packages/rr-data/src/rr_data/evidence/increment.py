"""Evidence horizons that follow the interactions as they arrive."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from rr_data.errors import EvidenceError, UnknownNameError
from rr_data.evidence.count_histogram import CountHistogram
from rr_data.evidence.horizon import NORMALIZERS, EvidenceHorizon, evidence_horizon
from rr_data.evidence.levels import DEFAULT_THRESHOLDS

IntArray = NDArray[np.int64]


class EvidenceCounter:
    """Counts of users, and the evidence horizon of any of them at any moment.

    After each update `horizon` is what `evidence_horizon` makes of the counts, and `value` is one user's number in it,
    bit for bit, in time that does not depend on the number of users.

    Example:
        >>> counter = EvidenceCounter([1, 2, 2])
        >>> counter.add([3] * 10)
        >>> counter.counts.tolist(), counter.value(3), counter.value(0)
        ([1, 2, 2, 10], 0.125, 0.875)
    """

    def __init__(self, counts: ArrayLike = ()) -> None:
        """Start from counts.

        Args:
            counts: [n] integers of at least 0, one a user code; none starts without users.

        Raises:
            EvidenceError: other counts.
        """
        array = _integers("counts", counts)
        self._n_users = len(array)
        self._counts = array
        self._histogram = CountHistogram(array)

    def __len__(self) -> int:
        """The number of users."""
        return self._n_users

    @property
    def counts(self) -> IntArray:
        """[n] the counts by now, a copy."""
        return self._counts[: self._n_users].copy()

    def add(self, users: ArrayLike) -> None:
        """Count interactions that arrived.

        A code beyond those known so far brings in its user, and users without interactions for the codes between.
        Takes O(m log c) for m interactions and a largest count of c.

        Args:
            users: [m] the user code of each interaction; a user can occur several times.

        Raises:
            EvidenceError: codes that are not integers of at least 0; nothing is counted then.
        """
        codes = _integers("users", users)
        if len(codes) == 0:
            return
        self._take_in(int(codes.max()) + 1)
        changed, more = np.unique(codes, return_counts=True)
        before = self._counts[changed]
        self._counts[changed] += more
        self._histogram.move(before, self._counts[changed])

    def _take_in(self, n_users: int) -> None:
        if n_users > len(self._counts):
            grown = np.zeros(max(n_users, 2 * len(self._counts)), dtype=np.int64)
            grown[: self._n_users] = self._counts[: self._n_users]
            self._counts = grown
        if n_users > self._n_users:
            self._histogram.join(n_users - self._n_users)
            self._n_users = n_users

    def horizon(
        self, normalizer: str = "rank", thresholds: tuple[float, float] = DEFAULT_THRESHOLDS
    ) -> EvidenceHorizon:
        """The evidence horizons of all users; see `evidence_horizon` for arguments and errors."""
        return evidence_horizon(self.counts, normalizer=normalizer, thresholds=thresholds)

    def value(self, user: int, normalizer: str = "rank") -> float:
        """The normalised evidence horizon of one user, in O(log c) with a largest count of c.

        Args:
            user: a code that is known by now.
            normalizer: `raw`, `log`, `log-minmax` or `rank`; raw is the paper's C(u).

        Raises:
            EvidenceError: a code that is not known.
            UnknownNameError: another normaliser.
        """
        if not 0 <= user < self._n_users:
            raise EvidenceError(f"user: received {user}; expected a code from 0 to {self._n_users - 1}")
        if normalizer not in NORMALIZERS:
            raise UnknownNameError("normalizer", normalizer, NORMALIZERS)
        count, histogram = int(self._counts[user]), self._histogram
        if histogram.largest == 0:
            return 1.0
        if normalizer == "rank":
            middle = (histogram.fewer(count) + histogram.having(count) / 2) / self._n_users
            return 1 - middle
        # Beside the extremes of all users, this user's value comes out as it does among all of them.
        extremes = np.array([count, histogram.smallest_positive(), histogram.largest])
        return float(NORMALIZERS[normalizer](extremes)[0])


def _integers(name: str, values: ArrayLike) -> IntArray:
    array = np.asarray(values)
    if array.ndim != 1 or (len(array) and not np.issubdtype(array.dtype, np.integer)):
        raise EvidenceError(f"{name}: received {array.dtype} of shape {array.shape}; expected one row of integers")
    if len(array) and array.min() < 0:
        raise EvidenceError(f"{name}: received {int(array.min())}; expected at least 0")
    return array.astype(np.int64)
