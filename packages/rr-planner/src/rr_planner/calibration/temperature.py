"""Temperature scaling of confidences."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from rr_planner.calibration.outcomes import confidence_outcomes
from rr_planner.errors import CalibrationError
from rr_planner.policies.settings import reject_unknown
from rr_planner.types import FloatArray

_EDGE = 1e-6  # keeps log-odds finite
_RANGE = (0.05, 20.0)
_STEPS = 60  # each shrinks the bracket by 0.618; 60 leave 1e-12 of it


@dataclass(frozen=True, slots=True)
class Temperature:
    """Divide the log-odds of a confidence by one number fitted on validation answers.

    Guo, Pleiss, Sun, Weinberger: On calibration of modern neural networks (ICML 2017), here for the probability that an
    answer is right. The order of confidences stays. One number cannot mend a confidence that is off at even odds: use
    `Isotonic` where there are a few hundred answers to fit on.

    Args:
        value: in [0.05, 20]; above 1 makes less sure.

    Example:
        >>> Temperature(2.0)([0.9, 0.5]).round(2).tolist()
        [0.75, 0.5]
    """

    value: float

    def __post_init__(self) -> None:
        """Check the value."""
        if not _RANGE[0] <= self.value <= _RANGE[1]:
            raise CalibrationError("value", f"{self.value}", f"a number in [{_RANGE[0]}, {_RANGE[1]}]")

    @classmethod
    def fit(cls, confidence: ArrayLike, correct: ArrayLike) -> Temperature:
        """Minimise the negative log-likelihood within [0.05, 20].

        Args:
            confidence: [N] in [0, 1].
            correct: [N] 1 where the answer was right, else 0.

        Raises:
            CalibrationError: fewer than 50 outcomes, all right or all wrong, or arrays that do not fit.
        """
        sure, right = confidence_outcomes(confidence, correct)
        odds = _log_odds(sure)

        def loss(log_temperature: float) -> float:
            scaled = odds / np.exp(log_temperature)
            return float((np.logaddexp(0.0, scaled) - right * scaled).mean())

        # The loss has one minimum: golden-section search on the logarithm.
        low, high = np.log(_RANGE)
        ratio = (np.sqrt(5.0) - 1.0) / 2.0
        for _ in range(_STEPS):
            left, right_end = high - ratio * (high - low), low + ratio * (high - low)
            if loss(left) <= loss(right_end):
                high = right_end
            else:
                low = left
        return cls(float(np.clip(np.exp((low + high) / 2.0), *_RANGE)))

    def __call__(self, confidence: ArrayLike) -> FloatArray:
        """Return calibrated confidences, of the same shape."""
        scaled = _log_odds(np.asarray(confidence, dtype=np.float64)) / self.value
        return np.asarray(1.0 / (1.0 + np.exp(-scaled)))

    def to_dict(self) -> dict[str, Any]:
        """Return JSON values."""
        return {"value": self.value}

    @classmethod
    def from_dict(cls, settings: Mapping[str, Any]) -> Temperature:
        """Read `to_dict` back; unknown keys raise InvalidPolicyError."""
        reject_unknown(settings, ("value",))
        return cls(**settings)


def _log_odds(confidence: FloatArray) -> FloatArray:
    kept = np.clip(confidence, _EDGE, 1.0 - _EDGE)
    return np.asarray(np.log(kept) - np.log1p(-kept))
