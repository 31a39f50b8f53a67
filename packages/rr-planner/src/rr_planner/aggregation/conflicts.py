"""Does the agent follow its tools blindly? (paper, section 4 and Table 4)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from rr_planner.errors import InvalidAnswerError


@dataclass(frozen=True, slots=True)
class Conflicts:
    """The four figures of the paper's Table 4, as shares in [0, 1].

    Attributes:
        tool_accuracy: how often the tools' joint answer is right.
        own_accuracy: how often the agent's answer is right.
        disagreement_rate: how often the two first choices differ.
        own_accuracy_on_disagreements: how often the agent is right where they differ; NaN where they never do.
        n: number of queries.
    """

    tool_accuracy: float
    own_accuracy: float
    disagreement_rate: float
    own_accuracy_on_disagreements: float
    n: int


def conflicts(own: ArrayLike, tools: ArrayLike, targets: ArrayLike, *, k: int = 1) -> Conflicts:
    """Compare the agent's answers with those of its tools.

    An answer is right if the target is among its first `k` items; two answers disagree if their first items differ.

    Args:
        own: [B, n] the agent's item ids, best first.
        tools: [B, m] the tools' joint answer, such as their majority vote.
        targets: [B] the relevant items.
        k: how deep a right answer may stand.

    Raises:
        InvalidAnswerError: the arrays do not fit together or are empty.

    Example:
        >>> conflicts([[1], [2], [3], [4]], [[1], [9], [9], [4]], [1, 2, 9, 5])
        Conflicts(tool_accuracy=0.5, own_accuracy=0.5, disagreement_rate=0.5, own_accuracy_on_disagreements=0.5, n=4)
    """
    mine, theirs, truth = np.asarray(own), np.asarray(tools), np.asarray(targets)
    for name, table in (("own", mine), ("tools", theirs)):
        if table.ndim != 2 or table.shape[1] == 0 or len(table) != len(truth):
            raise InvalidAnswerError(name, f"shape {table.shape}", f"[{len(truth)}, n] item ids with n of at least 1")
    if truth.ndim != 1 or len(truth) == 0:
        raise InvalidAnswerError("targets", f"shape {truth.shape}", "[B] item ids with B of at least 1")
    right = (mine[:, :k] == truth[:, None]).any(1)
    differ = mine[:, 0] != theirs[:, 0]
    return Conflicts(
        tool_accuracy=float((theirs[:, :k] == truth[:, None]).any(1).mean()),
        own_accuracy=float(right.mean()),
        disagreement_rate=float(differ.mean()),
        own_accuracy_on_disagreements=float(right[differ].mean()) if differ.any() else float("nan"),
        n=len(truth),
    )
