"""Cold-start groups: users by how often they were seen in training (paper, section 4 and table 3)."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from rr_data.errors import EvidenceError, OptionError, UnknownNameError

N_GROUPS: Final = 10
AGGREGATES: Final[Mapping[str, tuple[int, ...]]] = MappingProxyType(
    {"coldest": (1, 2, 3), "medium": (4, 5, 6), "normal": tuple(range(1, N_GROUPS + 1))}
)
_MOST = 127  # what int8 holds


def cold_start_groups(counts: ArrayLike, *, n_groups: int = N_GROUPS) -> NDArray[np.int8]:
    """Divide users into groups of equal size, from the least to the most often seen.

    Sizes differ by at most one. Many users tie (a third of Amazon's have the same count), so a border can fall among
    users of one count; they are then divided by their code, which is random and tells nothing about them.

    The paper divides Pixel-1M's test set in the same way, into ten groups of 20,000 interactions, which is a fifth of
    its users; here all users are divided.

    Args:
        counts: [n] training interactions of each user code.
        n_groups: 1 to 127.

    Returns:
        [n] int8, 1 for the coldest to `n_groups`; with fewer users than groups some groups are empty.

    Raises:
        EvidenceError: counts that are not integers in one row.
        OptionError: a number of groups out of range.

    Example:
        >>> cold_start_groups([9, 1, 5, 5], n_groups=2).tolist()
        [2, 1, 1, 2]
    """
    array = np.asarray(counts)
    if array.ndim != 1 or (len(array) and not np.issubdtype(array.dtype, np.integer)):
        raise EvidenceError(f"counts: received {array.dtype} of shape {array.shape}; expected one row of integers")
    if not 1 <= n_groups <= _MOST:
        raise OptionError("n_groups", n_groups, f"1 to {_MOST}")
    groups = np.empty(len(array), dtype=np.int8)
    groups[np.argsort(array, kind="stable")] = np.arange(len(array)) * n_groups // max(len(array), 1) + 1
    return groups


def in_aggregate(groups: ArrayLike, name: str) -> NDArray[np.bool_]:
    """Which users an aggregate of table 3 holds.

    Args:
        groups: [n] of `cold_start_groups` with ten groups.
        name: `coldest` (1-3), `medium` (4-6) or `normal` (1-10).

    Raises:
        UnknownNameError: another name.

    Example:
        >>> in_aggregate([1, 4, 10], "coldest").tolist()
        [True, False, False]
    """
    if name not in AGGREGATES:
        raise UnknownNameError("aggregate", name, AGGREGATES)
    return np.isin(np.asarray(groups), AGGREGATES[name])
