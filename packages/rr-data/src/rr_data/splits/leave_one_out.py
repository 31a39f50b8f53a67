"""Leave-one-out: the last interaction tests, the one before it validates, the rest train (paper, appendix A)."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from rr_data.errors import OptionError

TRAIN: Final = "train"
VALIDATION: Final = "validation"
TEST: Final = "test"
PARTS: Final = (TRAIN, VALIDATION, TEST)
MINIMUM_HISTORY: Final = 3


def leave_one_out(users: ArrayLike) -> NDArray[np.int8]:
    """Assign interactions to parts.

    A user with fewer than three interactions is in training only: a test item without any training item says nothing.

    Args:
        users: [N] user codes of the interactions, sorted by user, then time.

    Returns:
        [N] int8, an index into `PARTS`.

    Raises:
        OptionError: users that are not sorted.

    Example:
        >>> leave_one_out([0, 0, 0, 0, 1, 1]).tolist()
        [0, 0, 1, 2, 0, 0]
    """
    codes = np.asarray(users)
    if bool(np.any(np.diff(codes) < 0)):
        raise OptionError("users", "unsorted codes", "interactions sorted by user, then time")
    parts = np.zeros(len(codes), dtype=np.int8)
    if len(codes) == 0:
        return parts
    starts = np.flatnonzero(np.concatenate([[True], codes[1:] != codes[:-1]]))
    ends = np.append(starts[1:], len(codes))
    long_enough = ends - starts >= MINIMUM_HISTORY
    parts[ends[long_enough] - 1] = PARTS.index(TEST)
    parts[ends[long_enough] - 2] = PARTS.index(VALIDATION)
    return parts
