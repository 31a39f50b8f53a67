"""Confidence: the probability that the answer's first five items hold the right one, calibrated on validation data."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import ArrayLike, NDArray

from rr_vlm.errors import InputError

TOP = 5
NOTHING_SAID = 0.5
_PENALTY = 1.0  # on the squared distance of the weights from the uncalibrated model, in units of one query
_EDGE = 1e-4


@dataclass(frozen=True, kw_only=True)
class ConfidenceModel:
    """Platt scaling (Platt, 1999) of raw confidences.

    logit p = bias + mass * logit m + thought * logit t + first * logit f: m is the probability that the answer's
    distribution puts on its first five items, t what the thought says (the expectation over its confidence bins), f the
    probability of the first item. Without calibration p = m.

    Attributes:
        bias: intercept.
        thought: weight of the thought's confidence.
        mass: weight of the answer's mass.
        first: weight of the first item's probability.
        queries: how many validation queries it was fitted on; 0 without calibration.
    """

    bias: float = 0.0
    thought: float = 0.0
    mass: float = 1.0
    first: float = 0.0
    queries: int = 0

    def predict(
        self, mass: ArrayLike, *, thought: ArrayLike = NOTHING_SAID, first: ArrayLike = NOTHING_SAID
    ) -> NDArray[np.float64]:
        """Return calibrated confidences from the raw ones, each [B] or one number; a half says nothing.

        Example:
            >>> ConfidenceModel().predict([0.25, 0.5]).round(2).tolist()
            [0.25, 0.5]
        """
        score = self.bias + self.mass * _logit(mass) + self.thought * _logit(thought) + self.first * _logit(first)
        probability: NDArray[np.float64] = 1 / (1 + np.exp(-score))
        return probability

    def to_dict(self) -> dict[str, Any]:
        """Return plain values for JSON."""
        return asdict(self)


def fit_confidence(
    mass: ArrayLike,
    hits: ArrayLike,
    *,
    thought: ArrayLike = NOTHING_SAID,
    first: ArrayLike = NOTHING_SAID,
) -> ConfidenceModel:
    """Fit the scaling by maximum likelihood, held near the uncalibrated model.

    Args:
        mass: [N] top-5 mass of the answers.
        hits: [N] whether the right item was in the first five.
        thought: [N] what the thoughts said.
        first: [N] probabilities of the first items.

    Raises:
        InputError: the arrays do not fit each other or are empty.
    """
    shapes = [np.shape(values) for values in (mass, hits, thought, first)]
    several = len(shapes[0]) == 1 and shapes[0] != (0,)
    if not several or shapes[1] != shapes[0] or any(shape not in ((), shapes[0]) for shape in shapes[2:]):
        raise InputError("mass, hits, thought, first", f"shapes {shapes}", "[N] each, N >= 1")
    label = torch.as_tensor(np.asarray(hits, dtype=np.float64))
    columns = [np.broadcast_to(_logit(values), shapes[0]) for values in (mass, thought, first)]
    x = torch.as_tensor(np.stack(columns, axis=1))
    prior = torch.tensor([0.0, 1.0, 0.0, 0.0], dtype=torch.float64)
    theta = prior.clone().requires_grad_()
    optimizer = torch.optim.LBFGS([theta], max_iter=200, line_search_fn="strong_wolfe")

    def closure() -> torch.Tensor:
        optimizer.zero_grad()
        score = theta[0] + x @ theta[1:]
        loss = torch.nn.functional.binary_cross_entropy_with_logits(score, label, reduction="sum")
        # A faint pull on the bias keeps it finite where every answer hit, or none.
        pull = torch.tensor([1e-2, _PENALTY, _PENALTY, _PENALTY], dtype=torch.float64)
        total = loss + (pull * (theta - prior) ** 2).sum() / 2
        total.backward()  # type: ignore[no-untyped-call]
        return total

    optimizer.step(closure)  # type: ignore[no-untyped-call]
    bias, on_mass, on_thought, on_first = theta.detach().tolist()
    return ConfidenceModel(bias=bias, thought=on_thought, mass=on_mass, first=on_first, queries=len(label))


def _logit(values: ArrayLike) -> NDArray[np.float64]:
    inside = np.clip(np.asarray(values, dtype=np.float64), _EDGE, 1 - _EDGE)
    odds: NDArray[np.float64] = np.log(inside / (1 - inside))
    return odds
