"""An alarm when queries are no longer like those that a policy was calibrated on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, Self

import numpy as np

from rr_planner.errors import CalibrationError, InvalidPolicyError
from rr_planner.policies.policy import PENDING, REASONER, Policy
from rr_planner.policies.settings import reject_unknown
from rr_planner.policies.signals import Signals
from rr_planner.types import Decision, FloatArray, Route

ERRORS = 4.0  # standard errors a mean must be off before it is an alarm: once in 16,000 windows by chance


class Range(NamedTuple):
    """Mean and deviation of a signal, and of how many queries."""

    mean: float
    deviation: float
    n: int


@dataclass(frozen=True, slots=True)
class Alarm:
    """A signal that left its calibrated range.

    Attributes:
        signal: `evidence_horizon`, `tool_confidence.NAME`, `reasoner_confidence` or `tool_use`.
        expected: its mean in calibration.
        found: its mean in the window.
        errors: how many standard errors that is away.
    """

    signal: str
    expected: float
    found: float
    errors: float

    def __str__(self) -> str:
        """Say it in words."""
        off = f"{self.errors:.1f} standard errors"
        return f"{self.signal} is {self.found:.3f} on average, calibrated at {self.expected:.3f} ({off})"


@dataclass(frozen=True, slots=True)
class Ranges:
    """Where the signals were when a policy was calibrated, by name.

    Example:
        >>> ranges = Ranges({"evidence_horizon": Range(0.5, 0.1, 400)})
        >>> print(ranges.alarms_of({"evidence_horizon": np.full(100, 0.9)})[0])
        evidence_horizon is 0.900 on average, calibrated at 0.500 (35.8 standard errors)
    """

    by_signal: Mapping[str, Range]

    @classmethod
    def of(cls, policy: Policy, signals: Signals) -> Self:
        """Measure queries as a planner would have recorded them: what it would not have asked for does not count.

        Args:
            policy: whose decisions will be watched.
            signals: of the queries it was calibrated on; all confidences are known.
        """
        first = policy.triage(signals)
        codes = np.where(first == PENDING, policy.escalate(signals), first)
        heard = np.where(policy.may_delegate(signals), signals.tool_confidence, np.nan)
        alone = (first == PENDING) | (first == REASONER)
        columns: dict[str, FloatArray] = {"evidence_horizon": signals.evidence_horizon}
        columns |= {f"tool_confidence.{name}": one for name, one in zip(signals.tool_names, heard, strict=True)}
        columns |= {"reasoner_confidence": np.where(alone, signals.reasoner_confidence, np.nan)}
        columns |= {"tool_use": (codes != REASONER).astype(np.float64)}
        return cls({name: _range(values) for name, values in columns.items() if not np.isnan(values).all()})

    def alarms(self, decisions: Sequence[Decision]) -> list[Alarm]:
        """Compare a window of recorded decisions with the calibrated ranges; the most striking alarm first.

        Raises:
            CalibrationError: no decision.
        """
        if not decisions:
            raise CalibrationError("decisions", "none", "a window of at least one; some hundred tell something")
        columns = {
            "evidence_horizon": [one.evidence_horizon for one in decisions],
            "reasoner_confidence": [one.reasoner_confidence for one in decisions],
            "tool_use": [float(one.route is not Route.REASONER) for one in decisions],
        }
        for name in {name: None for one in decisions for name in one.tool_confidence}:
            columns[f"tool_confidence.{name}"] = [one.tool_confidence.get(name, np.nan) for one in decisions]
        return self.alarms_of({name: np.array(values, dtype=np.float64) for name, values in columns.items()})

    def alarms_of(self, columns: Mapping[str, FloatArray]) -> list[Alarm]:
        """Compare columns of signals by name; NaN stands for unknown, names without a range are left out."""
        found = []
        for name, values in columns.items():
            known = values[~np.isnan(values)]
            if name in self.by_signal and len(known):
                expected = self.by_signal[name]
                error = expected.deviation * np.sqrt(1.0 / len(known) + 1.0 / expected.n)
                off = abs(float(known.mean()) - expected.mean)
                errors = off / error if error > 0 else (np.inf if off > 1e-12 else 0.0)
                if errors > ERRORS:
                    found.append(Alarm(name, expected.mean, float(known.mean()), float(errors)))
        return sorted(found, key=lambda alarm: -alarm.errors)

    def to_dict(self) -> dict[str, Any]:
        """Return JSON values."""
        return {name: one._asdict() for name, one in self.by_signal.items()}

    @classmethod
    def from_dict(cls, settings: Mapping[str, Any]) -> Self:
        """Read `to_dict` back.

        Raises:
            InvalidPolicyError: a range is no mean, deviation and n.
        """
        return cls({name: _read(name, one) for name, one in settings.items()})


def _read(name: str, one: object) -> Range:
    numbers = one if isinstance(one, Mapping) else {}
    reject_unknown(numbers, Range._fields, prefix=f"{name}.")
    values = [numbers.get(field) for field in Range._fields]
    if not all(isinstance(value, (int, float)) and np.isfinite(value) for value in values):
        raise InvalidPolicyError(f"ranges.{name}", repr(one), f"the numbers {', '.join(Range._fields)}")
    return Range(**numbers)


def _range(values: FloatArray) -> Range:
    known = values[~np.isnan(values)]
    return Range(float(known.mean()), float(known.std()), len(known))
