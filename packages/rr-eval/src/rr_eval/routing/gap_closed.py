"""How much of the way from random to perfect routing a router goes (paper, table A7)."""

from __future__ import annotations

import math

from rr_eval.errors import InvalidArgumentError


def gap_closed(value: float, *, random: float, oracle: float) -> float:
    """Return (value - random) / (oracle - random): 0 as good as random routing, 1 as good as the oracle.

    Not clipped: below 0 is worse than random, above 1 better than the oracle of single answers.

    Args:
        value: the router's metric, such as HR@5.
        random: the same metric of random routing.
        oracle: the same metric of the best answer for each query.

    Raises:
        InvalidArgumentError: a number is not finite, or the oracle is not above random, so there is no gap.

    Example:
        >>> gap_closed(0.0315, random=0.0212, oracle=0.0338)  # the paper's table A7
        0.817...
    """
    if not (math.isfinite(value) and math.isfinite(random) and oracle > random and math.isfinite(oracle)):
        received = f"value {value}, random {random}, oracle {oracle}"
        raise InvalidArgumentError("gap_closed", received, "finite numbers with the oracle above random")
    return (value - random) / (oracle - random)
