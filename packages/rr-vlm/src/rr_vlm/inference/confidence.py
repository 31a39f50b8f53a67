"""Confidence: the probability that the answer's first five items hold the right one, calibrated on validation data."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import ArrayLike, NDArray

from rr_vlm.errors import InputError

TOP = 5
_EDGE = 1e-4


@dataclass(frozen=True, kw_only=True)
class ConfidenceModel:
    """Platt scaling (Platt, 1999) of two raw confidences: logit p = bias + thought * logit t + mass * logit m.

    t is what the thought says (the expectation over its confidence bins), m the probability that the answer's
    distribution puts on its first five items. Without calibration p = m.

    Attributes:
        bias: intercept.
        thought: weight of the thought's confidence.
        mass: weight of the answer's mass.
        queries: how many validation queries it was fitted on; 0 without calibration.
    """

    bias: float = 0.0
    thought: float = 0.0
    mass: float = 1.0
    queries: int = 0

    def predict(self, thought: ArrayLike, mass: ArrayLike) -> NDArray[np.float64]:
        """Return calibrated confidences [B] from the raw ones [B], [B].

        Example:
            >>> ConfidenceModel().predict([0.5], [0.25]).round(2).tolist()
            [0.25]
        """
        score = self.bias + self.thought * _logit(thought) + self.mass * _logit(mass)
        probability: NDArray[np.float64] = 1 / (1 + np.exp(-score))
        return probability

    def to_dict(self) -> dict[str, Any]:
        """Return plain values for JSON."""
        return asdict(self)


def fit_confidence(thought: ArrayLike, mass: ArrayLike, hits: ArrayLike, *, penalty: float = 1.0) -> ConfidenceModel:
    """Fit the scaling by penalised maximum likelihood.

    Args:
        thought: [N] what the thoughts said.
        mass: [N] top-5 mass of the answers.
        hits: [N] whether the right item was in the first five.
        penalty: on the squared distance of both weights from the uncalibrated model, in units of one query.

    Raises:
        InputError: the arrays do not fit each other or are empty.
    """
    label = torch.as_tensor(np.asarray(hits, dtype=np.float64))
    x = torch.as_tensor(np.stack([_logit(thought), _logit(mass)], axis=1))
    if not len(label) or x.shape != (len(label), 2):
        raise InputError(
            "thought, mass, hits", f"shapes {tuple(x.shape)}, {tuple(label.shape)}", "[N], [N], [N], N >= 1"
        )
    prior = torch.tensor([0.0, 0.0, 1.0], dtype=torch.float64)
    theta = prior.clone().requires_grad_()
    optimizer = torch.optim.LBFGS([theta], max_iter=200, line_search_fn="strong_wolfe")

    def closure() -> torch.Tensor:
        optimizer.zero_grad()
        score = theta[0] + x @ theta[1:]
        loss = torch.nn.functional.binary_cross_entropy_with_logits(score, label, reduction="sum")
        # A faint pull on the bias keeps it finite where every answer hit, or none.
        pull = torch.tensor([1e-2, penalty, penalty], dtype=torch.float64)
        total = loss + (pull * (theta - prior) ** 2).sum() / 2
        total.backward()  # type: ignore[no-untyped-call]
        return total

    optimizer.step(closure)  # type: ignore[no-untyped-call]
    bias, on_thought, on_mass = theta.detach().tolist()
    return ConfidenceModel(bias=bias, thought=on_thought, mass=on_mass, queries=len(label))


def _logit(values: ArrayLike) -> NDArray[np.float64]:
    inside = np.clip(np.asarray(values, dtype=np.float64), _EDGE, 1 - _EDGE)
    odds: NDArray[np.float64] = np.log(inside / (1 - inside))
    return odds
