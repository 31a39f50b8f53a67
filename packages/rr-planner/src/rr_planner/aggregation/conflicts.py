"""The reasoner against its tools: who is believed, and does it follow them blindly? (paper, section 4 and Table 4)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from rr_planner.errors import InvalidAnswerError
from rr_planner.protocols import RankingLike
from rr_planner.types import Ranking


@dataclass(frozen=True, slots=True)
class Conflicts:
    """The figures of the paper's Table 4, and the tools' side of it, as shares in [0, 1].

    Attributes:
        tool_accuracy: how often the tools' joint answer is right.
        own_accuracy: how often the agent's answer is right.
        disagreement_rate: how often the two first choices differ.
        own_accuracy_on_disagreements: how often the agent is right where they differ; NaN where they never do.
        tool_accuracy_on_disagreements: how often the tools are right there; NaN where they never differ.
        n: number of queries.
    """

    tool_accuracy: float
    own_accuracy: float
    disagreement_rate: float
    own_accuracy_on_disagreements: float
    tool_accuracy_on_disagreements: float
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
        >>> found = conflicts([[1], [2], [3], [4]], [[1], [9], [9], [4]], [1, 2, 9, 5])
        >>> found.tool_accuracy, found.own_accuracy, found.disagreement_rate, found.own_accuracy_on_disagreements
        (0.5, 0.5, 0.5, 0.5)
    """
    mine, theirs, truth = np.asarray(own), np.asarray(tools), np.asarray(targets)
    for name, table in (("own", mine), ("tools", theirs)):
        if table.ndim != 2 or table.shape[1] == 0 or len(table) != len(truth):
            raise InvalidAnswerError(name, f"shape {table.shape}", f"[{len(truth)}, n] item ids with n of at least 1")
    if truth.ndim != 1 or len(truth) == 0:
        raise InvalidAnswerError("targets", f"shape {truth.shape}", "[B] item ids with B of at least 1")
    right, tools_right = ((table[:, :k] == truth[:, None]).any(1) for table in (mine, theirs))
    differ = mine[:, 0] != theirs[:, 0]
    return Conflicts(
        tool_accuracy=float(tools_right.mean()),
        own_accuracy=float(right.mean()),
        disagreement_rate=float(differ.mean()),
        own_accuracy_on_disagreements=float(right[differ].mean()) if differ.any() else float("nan"),
        tool_accuracy_on_disagreements=float(tools_right[differ].mean()) if differ.any() else float("nan"),
        n=len(truth),
    )


def settle(own: RankingLike, tools: RankingLike) -> tuple[Ranking, NDArray[np.bool_]]:
    """Where the reasoner and the tools put different items first, believe the one that is surer.

    Their confidences must be calibrated, or the louder one wins. The reasoner is believed where they are equal or the
    tools have no confidence, the tools where only they have an answer or a confidence.

    Args:
        own: [B, k] the reasoner's answer to B queries.
        tools: [B, m] the tools' joint answer, such as that of an `Ensemble`; it is cut or padded to k.

    Returns:
        [B, k] the answers that stand, with their confidences, and [B] whether the two disagreed.

    Raises:
        InvalidAnswerError: the answers are to different numbers of queries.

    Example:
        >>> own = Ranking(np.array([[1], [2]]), np.ones((2, 1)), np.array([0.9, 0.2]))
        >>> tools = Ranking(np.array([[3], [4]]), np.ones((2, 1)), np.array([0.5, 0.6]))
        >>> settle(own, tools)[0].items.tolist()
        [[1], [4]]
    """
    size, k = own.items.shape
    if len(tools.items) != size:
        raise InvalidAnswerError("tools", f"answers to {len(tools.items)} queries", f"to {size}")
    items, scores = _cut_or_pad(tools, k)
    mine = np.asarray(own.scores, dtype=np.float64)
    answered, rival = ((one > -np.inf).any(1) for one in (mine, scores))
    sure, surer = (_known(one.confidence, size) for one in (own, tools))
    differ = answered & rival & (own.items[:, :1] != items[:, :1]).any(1)
    louder = np.nan_to_num(surer, nan=-1.0) > np.nan_to_num(sure, nan=-1.0)
    believed = (rival & ~answered) | (differ & louder)
    return (
        Ranking(
            np.where(believed[:, None], items, own.items),
            np.where(believed[:, None], scores, mine),
            np.where(believed, surer, sure),
        ),
        differ,
    )


def _cut_or_pad(ranking: RankingLike, k: int) -> tuple[NDArray[Any], NDArray[np.float64]]:
    width = ((0, 0), (0, max(0, k - ranking.items.shape[1])))
    scores = np.pad(np.asarray(ranking.scores, dtype=np.float64), width, constant_values=-np.inf)
    return np.pad(ranking.items, width)[:, :k], scores[:, :k]


def _known(confidence: NDArray[Any] | None, size: int) -> NDArray[np.float64]:
    return np.full(size, np.nan) if confidence is None else np.asarray(confidence, dtype=np.float64)
