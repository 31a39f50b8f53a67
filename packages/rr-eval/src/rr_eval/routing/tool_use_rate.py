"""How often light models are asked (paper, tables 3 and A3)."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from rr_eval.errors import InvalidArgumentError


def tool_use_rate(n_tools: ArrayLike) -> float:
    """Return the share of queries for which at least one tool was consulted; NaN without queries.

    Args:
        n_tools: [N] how many tools each query consulted.

    Raises:
        InvalidArgumentError: another shape, or a negative or missing count.

    Example:
        >>> tool_use_rate([0, 3, 1, 0])
        0.5
    """
    counts = np.asarray(n_tools)
    if counts.ndim != 1 or not np.all(counts >= 0):
        raise InvalidArgumentError("n_tools", f"shape {counts.shape}, {counts}", "counts from 0, shape [N]")
    return float((counts > 0).mean()) if len(counts) else float("nan")
