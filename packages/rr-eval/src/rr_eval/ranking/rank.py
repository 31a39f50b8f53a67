"""The rank of the relevant item: every ranking metric is a function of it.

The items that score exactly as much as the target form its tie group. Where in the group it lands is chance, so by
default it takes the middle: counting only strictly greater scores as ahead ("optimistic") would make a champion of a
model that scores everything zero.
"""

from __future__ import annotations

from typing import Literal, get_args

import numpy as np
from numpy.typing import ArrayLike, NDArray

from rr_eval.errors import InvalidArgumentError

Ties = Literal["middle", "optimistic", "pessimistic"]
TIE_POLICIES: tuple[str, ...] = get_args(Ties)
_TIED_SHARE_AHEAD = {"middle": 0.5, "optimistic": 0.0, "pessimistic": 1.0}


def rank(n_ahead: ArrayLike, n_tied: ArrayLike, *, ties: Ties = "middle") -> NDArray[np.float64]:
    """Return ranks [N] from how many items score above the target and how many others score the same.

    Args:
        n_ahead: [N] counts; NaN or inf pass through.
        n_tied: [N] counts, the target itself not among them.
        ties: `middle` of the tie group (n_ahead + 1 + n_tied / 2), `optimistic` (its first place) or `pessimistic`.

    Raises:
        InvalidArgumentError: `ties` is none of the three.

    Example:
        >>> rank([0, 3], [0, 2]).tolist(), rank([3], [2], ties="pessimistic").tolist()
        ([1.0, 5.0], [6.0])
    """
    if ties not in _TIED_SHARE_AHEAD:
        raise InvalidArgumentError("ties", repr(ties), f"one of {', '.join(TIE_POLICIES)}")
    return np.asarray(n_ahead, np.float64) + 1 + _TIED_SHARE_AHEAD[ties] * np.asarray(n_tied, np.float64)
