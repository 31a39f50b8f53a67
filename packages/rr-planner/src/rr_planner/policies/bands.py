"""The paper's policy: three risk levels from bands of evidence horizon and confidence (section 3.3, Fig. 3)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from numbers import Real
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from rr_planner.errors import InvalidPolicyError
from rr_planner.policies.policy import BOTH, PENDING, REASONER, TOOLS, BoolArray, Codes, content_hash
from rr_planner.policies.settings import reject_unknown
from rr_planner.policies.signals import NO_TOOL, Signals

_PENDING, _TOOLS, _REASONER, _BOTH = np.array([PENDING, TOOLS, REASONER, BOTH], dtype=np.int8)


class ByLevel(NamedTuple):
    """One value for each level of evidence horizon."""

    low: float
    medium: float
    high: float


@dataclass(frozen=True, slots=True, init=False)
class Bands:
    """Delegate what is well known, escalate what is unsure, let the reasoner answer the rest.

    A query is of

    * low risk, answered by a tool, if its horizon is below `low_horizon`, the tool's confidence is at least
      `tool_confidence` and the tools' agreement is at least `tool_agreement`;
    * high risk, answered by the reasoner with the tools' answers as evidence, if the reasoner's own confidence is below
      `reasoner_confidence` for the level of its horizon (low below `low_horizon`, high above `high_horizon`);
    * medium risk otherwise: the reasoner's own answer stands.

    The thresholds on the horizon default to the paper's; for the others it gives no numbers. The defaults here mean
    "more likely right than wrong" and, as in Fig. 3, escalation at high horizon only: `calibrate_bands` finds
    thresholds that fit your models.

    Args:
        low_horizon: in [0, 1]; 0 delegates nothing.
        high_horizon: in [low_horizon, 1].
        tool_confidence: in [0, 1]; 0 also lets tools without a confidence answer. By default 0.5 where queries can be
            of low horizon.
        reasoner_confidence: in [0, 1], one number for all levels or three for low, medium and high horizon that do not
            decrease: the less is known of a user, the surer the reasoner must be. 0 never escalates. By default 0.5 at
            high horizon alone.
        tool_agreement: in [0, 1]; above 0 at least two tools must have answered, and all are asked.

    Raises:
        InvalidPolicyError: a threshold is no number in its range, the bands overlap, the three numbers decrease, or a
            rule is dead: one for low horizon where `low_horizon` is 0, one for high horizon where `high_horizon` is 1.

    Example:
        >>> policy = Bands(tool_confidence=0.4, reasoner_confidence=(0.0, 0.2, 0.5))
        >>> policy.reasoner_confidence
        ByLevel(low=0.0, medium=0.2, high=0.5)
        >>> Bands.from_dict(policy.to_dict()).hash == policy.hash
        True
    """

    low_horizon: float
    high_horizon: float
    tool_confidence: float
    reasoner_confidence: ByLevel
    tool_agreement: float

    def __init__(
        self,
        *,
        low_horizon: float = 0.3,
        high_horizon: float = 0.7,
        tool_confidence: float | None = None,
        reasoner_confidence: float | Sequence[float] | None = None,
        tool_agreement: float = 0.0,
    ) -> None:
        """Check and freeze the thresholds."""
        low, high = _fraction("low_horizon", low_horizon), _fraction("high_horizon", high_horizon)
        if low > high:
            raise InvalidPolicyError(
                "low_horizon", f"{low} with high_horizon {high}: the bands overlap", "low_horizon <= high_horizon"
            )
        object.__setattr__(self, "low_horizon", low)
        object.__setattr__(self, "high_horizon", high)
        sure = (0.5 if low > 0 else 0.0) if tool_confidence is None else tool_confidence
        needed = (0.0, 0.0, 0.5 if high < 1 else 0.0) if reasoner_confidence is None else reasoner_confidence
        object.__setattr__(self, "tool_confidence", _fraction("tool_confidence", sure))
        object.__setattr__(self, "reasoner_confidence", _by_level(needed))
        object.__setattr__(self, "tool_agreement", _fraction("tool_agreement", tool_agreement))
        self._refuse_dead_rules()

    def _refuse_dead_rules(self) -> None:
        low, medium, high = self.reasoner_confidence
        below, above = (self.low_horizon == 0, "below low_horizon 0"), (self.high_horizon == 1, "above high_horizon 1")
        for name, value, without, (nobody, where) in (
            ("tool_confidence", self.tool_confidence, 0.0, below),
            ("tool_agreement", self.tool_agreement, 0.0, below),
            ("reasoner_confidence.low", low, medium, below),
            ("reasoner_confidence.high", high, medium, above),
        ):
            if nobody and value != without:
                raise InvalidPolicyError(name, f"{value}, a dead rule: no query is {where}", f"{without}")

    @classmethod
    def from_quantiles(
        cls,
        *,
        evidence_horizon: ArrayLike,
        tool_confidence: ArrayLike,
        reasoner_confidence: ArrayLike,
        quantiles: Bands,
    ) -> Bands:
        """Put the thresholds at quantiles of a calibration set: those on confidences at quantiles within their level.

        So the shares that are asked for come out at every level, however sure the models are of the users there. Only
        where they are less sure at a higher horizon its threshold is that of the level below, as they may not decrease,
        and more than its share is escalated.

        Args:
            evidence_horizon: [B] horizons.
            tool_confidence: [B] calibrated confidences of the tool that would answer.
            reasoner_confidence: [B] calibrated confidences of the reasoner alone.
            quantiles: bands whose thresholds are read as quantiles: `Bands(low_horizon=0.4, high_horizon=0.8,
                tool_confidence=0.5)` makes 40 % of the queries low, 20 % high, and delegates the surer half of the
                former. 0 stays 0. The agreement is taken by value.

        Raises:
            InvalidPolicyError: a column is empty, has another length or holds values outside [0, 1].
        """
        horizon, tools = _sample("evidence_horizon", evidence_horizon), _sample("tool_confidence", tool_confidence)
        own = _sample("reasoner_confidence", reasoner_confidence)
        for name, column in (("tool_confidence", tools), ("reasoner_confidence", own)):
            if len(column) != len(horizon):
                raise InvalidPolicyError(name, f"{len(column)} values", f"{len(horizon)}, one a query")
        low, high = _at(horizon, quantiles.low_horizon), _at(horizon, quantiles.high_horizon)
        levels = (horizon < low, (horizon >= low) & (horizon <= high), horizon > high)
        required = [_at(own, share, level) for share, level in zip(quantiles.reasoner_confidence, levels, strict=True)]
        first, second, third = np.maximum.accumulate(required if low > 0 else [0.0, *required[1:]]).tolist()
        return cls(
            low_horizon=low,
            high_horizon=high,
            # A quantile of the horizon may lie at its end, where a level has no queries and needs no rule.
            tool_confidence=_at(tools, quantiles.tool_confidence, levels[0]) if low > 0 else 0.0,
            reasoner_confidence=(first if low > 0 else second, second, third if high < 1 else second),
            tool_agreement=quantiles.tool_agreement if low > 0 else 0.0,
        )

    @classmethod
    def from_dict(cls, settings: Mapping[str, Any]) -> Bands:
        """Read `to_dict` back.

        Raises:
            InvalidPolicyError: a key is unknown (the message names the nearest right one) or a value is out of range.
        """
        known = ("low_horizon", "high_horizon", "tool_confidence", "reasoner_confidence", "tool_agreement")
        reject_unknown(settings, known)
        values = dict(settings)
        levels = values.get("reasoner_confidence")
        if isinstance(levels, Mapping):
            reject_unknown(levels, ByLevel._fields, prefix="reasoner_confidence.")
            missing = [level for level in ByLevel._fields if level not in levels]
            if missing:
                raise InvalidPolicyError("reasoner_confidence", f"no {missing[0]!r}", "low, medium and high")
            values["reasoner_confidence"] = [levels[level] for level in ByLevel._fields]
        return cls(**values)

    def to_dict(self) -> dict[str, Any]:
        """Return the thresholds as JSON values."""
        return {
            "low_horizon": self.low_horizon,
            "high_horizon": self.high_horizon,
            "tool_confidence": self.tool_confidence,
            "reasoner_confidence": self.reasoner_confidence._asdict(),
            "tool_agreement": self.tool_agreement,
        }

    @property
    def name(self) -> str:
        """`bands`."""
        return "bands"

    @property
    def hash(self) -> str:
        """Twelve hexadecimal digits over the thresholds."""
        return content_hash({"policy": self.name, **self.to_dict()})

    @property
    def uses_agreement(self) -> bool:
        """Whether a threshold on the agreement is set."""
        return self.tool_agreement > 0

    def may_delegate(self, signals: Signals) -> BoolArray:
        """[B] queries of low horizon."""
        return np.asarray(signals.evidence_horizon < self.low_horizon)

    def triage(self, signals: Signals) -> Codes:
        """[B] TOOLS for low risk, else PENDING."""
        low = self.may_delegate(signals)
        if np.count_nonzero(low):
            low &= signals.delegate_confidence >= self.tool_confidence
            if self.uses_agreement:
                low &= signals.agreement >= self.tool_agreement
        return np.where(low, _TOOLS, _PENDING)

    def escalate(self, signals: Signals) -> Codes:
        """[B] BOTH for high risk, also where the confidence is unknown, else REASONER."""
        sure = signals.reasoner_confidence >= self._required(signals)
        return np.where(sure, _REASONER, _BOTH)

    def reason(self, signals: Signals, row: int, code: int) -> str:
        """Compare the query's numbers with the thresholds, in words."""
        horizon = float(signals.evidence_horizon[row])
        if code == TOOLS:
            tool = signals.tool_names[signals.delegate[row]]
            sure = float(signals.delegate_confidence[row])
            return (
                f"low risk: evidence horizon {horizon:.2f} is below {self.low_horizon:.2f} and {tool}'s confidence "
                f"{sure:.2f} reaches {self.tool_confidence:.2f}"
            )
        before = self._why_not_delegated(signals, row)
        if code == PENDING:
            return f"{before}: the reasoner's confidence decides next"
        own = float(signals.reasoner_confidence[row])
        needed = float(self._required(signals)[row])
        if np.isnan(own):
            return f"high risk: {before} and the reasoner's confidence is unknown"
        if code == REASONER and needed == 0:
            return f"medium risk: {before}, where the reasoner's answer stands at any confidence ({own:.2f})"
        if code == REASONER:
            return f"medium risk: {before} and the reasoner's confidence {own:.2f} reaches {needed:.2f}"
        return f"high risk: {before} and the reasoner's confidence {own:.2f} is below {needed:.2f}"

    def _required(self, signals: Signals) -> np.ndarray[Any, np.dtype[np.float64]]:
        low, medium, high = self.reasoner_confidence
        above = np.where(signals.evidence_horizon > self.high_horizon, high, medium)
        return np.where(signals.evidence_horizon < self.low_horizon, low, above)

    def _why_not_delegated(self, signals: Signals, row: int) -> str:
        horizon = float(signals.evidence_horizon[row])
        if horizon > self.high_horizon:
            return f"evidence horizon {horizon:.2f} is above {self.high_horizon:.2f}"
        if horizon >= self.low_horizon:
            return f"evidence horizon {horizon:.2f} lies between {self.low_horizon:.2f} and {self.high_horizon:.2f}"
        if signals.delegate[row] == NO_TOOL:
            return f"evidence horizon {horizon:.2f} is low, but no tool answered"
        tool, sure = signals.tool_names[signals.delegate[row]], float(signals.delegate_confidence[row])
        if sure < self.tool_confidence:
            return (
                f"evidence horizon {horizon:.2f} is low, but {tool}'s confidence {sure:.2f} is below "
                f"{self.tool_confidence:.2f}"
            )
        together = float(signals.agreement[row])
        return (
            f"evidence horizon {horizon:.2f} is low, but the tools' agreement {together:.2f} is below "
            f"{self.tool_agreement:.2f}"
        )


def _fraction(name: str, value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, Real) or not 0 <= float(value) <= 1:
        raise InvalidPolicyError(name, repr(value), "a number in [0, 1]")
    return float(value)


def _by_level(value: float | Sequence[float]) -> ByLevel:
    name = "reasoner_confidence"
    if not isinstance(value, Sequence):
        return ByLevel(*([_fraction(name, value)] * 3))
    if len(value) != 3:
        raise InvalidPolicyError(name, f"{len(value)} numbers", "one, or three for low, medium and high horizon")
    levels = ByLevel(*(_fraction(f"{name}.{level}", one) for level, one in zip(ByLevel._fields, value, strict=True)))
    if not levels.low <= levels.medium <= levels.high:
        raise InvalidPolicyError(name, f"{tuple(levels)}", "numbers that do not decrease from low to high horizon")
    return levels


def _sample(name: str, values: ArrayLike) -> np.ndarray[Any, np.dtype[np.float64]]:
    array = np.asarray(values, dtype=np.float64).ravel()
    if len(array) == 0 or not np.all((array >= 0) & (array <= 1)):
        received = "no values" if len(array) == 0 else "values outside [0, 1] or NaN"
        raise InvalidPolicyError(name, received, "at least one number, all in [0, 1]")
    return array


def _at(sample: np.ndarray[Any, np.dtype[np.float64]], quantile: float, level: BoolArray | None = None) -> float:
    """The quantile of a sample, or of a level's part of it; 0 for 0 and for a level without queries."""
    part = sample if level is None else sample[level]
    return float(np.quantile(part, quantile)) if quantile > 0 and len(part) else 0.0
