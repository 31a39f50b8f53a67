"""How good click probabilities are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rr_tools.ctr.mid_ranks import mid_ranks

FloatArray = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class ClickScore:
    """AUC and LogLoss over a number of rows."""

    auc: float
    logloss: float
    rows: int


def click_score(labels: NDArray[Any], logits: NDArray[Any]) -> ClickScore:
    """Score log-odds [R] against labels [R].

    AUC is the probability that a click is scored above a non-click, a tie counting half; 0.5 where there are only
    clicks or only non-clicks. LogLoss is the mean negative log-likelihood in nats, computed from the log-odds, so that
    it is exact however sure they are; 0 for no rows.

    Example:
        >>> score = click_score(np.array([1, 0, 0, 1]), np.array([2.0, 0.0, 2.0, 3.0]))
        >>> score.auc, round(score.logloss, 4)
        (0.875, 0.7489)
    """
    clicked = np.asarray(labels) > 0
    values = np.asarray(logits, dtype=np.float64)
    clicks, others = int(clicked.sum()), int((~clicked).sum())
    auc = 0.5
    if clicks and others:
        auc = (mid_ranks(values)[clicked].sum() - clicks * (clicks + 1) / 2) / (clicks * others)
    losses = np.logaddexp(0.0, np.where(clicked, -values, values))
    return ClickScore(float(auc), float(losses.mean()) if len(losses) else 0.0, len(values))
