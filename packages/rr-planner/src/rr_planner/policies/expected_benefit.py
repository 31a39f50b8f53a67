"""A learned policy: the next step runs where the gain to expect of it is worth its cost."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Any, Self

import numpy as np

from rr_planner.costs import Costs
from rr_planner.errors import CalibrationError, InvalidPolicyError
from rr_planner.policies.policy import BOTH, PENDING, REASONER, TOOLS, BoolArray, Codes, content_hash
from rr_planner.policies.settings import reject_unknown
from rr_planner.policies.signal_table import AFTER_REASONER, BEFORE_REASONER, check_names, query_features, signal_table
from rr_planner.policies.signals import NO_TOOL, Signals
from rr_planner.trees import Trees
from rr_planner.types import FloatArray

_STEPS = ("going_on", "consulting", "asking_again")
_TIE = 1e-6  # of equal benefits that for the user of whom less is known counts as larger
_DOUBT = 1e-9  # of still equal ones that over the less confident answer


@dataclass(frozen=True, slots=True)
class Prices:
    """What a benefit must exceed.

    Args:
        cost: gain that a unit of cost must bring, at least 0; 0 spends wherever a gain is expected.
        tools: gain that an answer with tools in it must bring besides; below 0 such answers are preferred.

    Raises:
        InvalidPolicyError: a price is not finite, or that of cost is below 0.
    """

    cost: float = 0.0
    tools: float = 0.0

    def __post_init__(self) -> None:
        """Check the prices."""
        for name, value in asdict(self).items():
            number = isinstance(value, (int, float)) and not isinstance(value, bool)
            if not number or not np.isfinite(value) or (name == "cost" and value < 0):
                allowed = "a finite number of at least 0" if name == "cost" else "a finite number"
                raise InvalidPolicyError(f"prices.{name}", repr(value), allowed)


@dataclass(frozen=True, slots=True, eq=False)
class Benefits:
    """Gains to expect in B queries, each [B] and over the cheaper answer; see `ExpectedBenefit`."""

    going_on: FloatArray
    consulting: FloatArray
    asking_again: FloatArray
    served: BoolArray  # whether a tool's answer can be served
    unsure: BoolArray  # whether the reasoner's confidence is unknown

    @classmethod
    def of(cls, policy: ExpectedBenefit, signals: Signals, *steps: str) -> Benefits:
        """Expect the gains of some steps, all by default; those of the others are NaN."""
        gains = dict.fromkeys(_STEPS, np.full(len(signals), np.nan))
        tables: dict[tuple[str, ...], FloatArray] = {}
        for name in steps or _STEPS:
            trees: Trees = getattr(policy, name)
            if trees.features not in tables:
                tables[trees.features] = signal_table(signals, trees.features)
            gains[name] = trees(tables[trees.features])
        return cls.expected(signals, **gains)

    @classmethod
    def expected(
        cls, signals: Signals, *, going_on: FloatArray, consulting: FloatArray, asking_again: FloatArray
    ) -> Benefits:
        """Take the gains that trees expect."""
        lean = _TIE * (signals.evidence_horizon - 1.0)
        early = lean - _DOUBT * np.fmax(signals.delegate_confidence, 0.0)
        return cls(
            going_on=going_on + early,
            consulting=consulting + early,
            asking_again=asking_again + (lean - _DOUBT * np.fmax(signals.reasoner_confidence, 0.0)),
            served=signals.delegate != NO_TOOL,
            unsure=np.isnan(signals.reasoner_confidence),
        )

    def triage(self, costs: Costs, prices: Prices) -> Codes:
        """[B] the step with the largest benefit less what it must bring; of equal ones the cheapest."""
        alone = self.going_on - prices.cost * costs.reasoner
        informed = self.consulting - prices.cost * costs.evidence - prices.tools
        tools = np.where(self.served, -prices.tools, -np.inf)
        code = np.where(informed > alone, np.int8(BOTH), np.int8(PENDING))
        return np.where(tools >= np.maximum(alone, informed), np.int8(TOOLS), code)

    def escalate(self, costs: Costs, prices: Prices) -> Codes:
        """[B] BOTH where the benefit exceeds what it must bring or the confidence is unknown, else REASONER."""
        worth = self.asking_again > prices.cost * costs.evidence + prices.tools
        return np.where(worth | self.unsure, np.int8(BOTH), np.int8(REASONER))

    def routes(self, costs: Costs, prices: Prices) -> tuple[Codes, BoolArray]:
        """[B] the final route, and whether the reasoner was asked alone on the way."""
        first = self.triage(costs, prices)
        pending = first == PENDING
        return np.where(pending, self.escalate(costs, prices), first), pending


@dataclass(frozen=True, slots=True, eq=False)
class ExpectedBenefit:
    """Weigh the expected benefit of each next step against its cost.

    The tools are asked first. Then there are three ways on: the selected tool's answer is served; or the reasoner is
    asked alone; or it is asked at once with the tools' answers as evidence. What the second and third gain over the
    first is expected by `going_on` and `consulting`; the way whose benefit, less its cost times its price, is largest
    is taken. Once the reasoner has answered alone, `asking_again` expects what it would gain with evidence, and it is
    asked again where that is worth its cost, or where its confidence is unknown.

    `fit_benefits` fits one, `calibrate_benefits` sets its prices; it is applied with NumPy alone.

    Args:
        going_on: over signals known before the reasoner has run (see `rr_planner.policies.signal_table`).
        consulting: over the same.
        asking_again: over all signals.
        costs: of the steps, in any one unit.
        prices: what a benefit must exceed.

    Raises:
        InvalidPolicyError: trees look at a signal that does not exist or is not known in time.
    """

    going_on: Trees
    consulting: Trees
    asking_again: Trees
    costs: Costs = field(default_factory=Costs)
    prices: Prices = field(default_factory=Prices)
    hash: str = field(init=False, repr=False)  # twelve hexadecimal digits over trees, costs and prices

    def __post_init__(self) -> None:
        """Check what the trees look at."""
        for step, trees in self.trees.items():
            known = AFTER_REASONER if step == "asking_again" else BEFORE_REASONER
            check_names(f"{step}.features", trees.features, known)
        object.__setattr__(self, "hash", content_hash({"policy": self.name, **self.to_dict()}))

    @classmethod
    def from_dict(cls, settings: Mapping[str, Any]) -> Self:
        """Read `to_dict` back.

        Raises:
            InvalidPolicyError: a key is unknown (the message names the nearest right one) or missing, or a value is out
                of range.
        """
        names = [one.name for one in fields(cls) if one.init]
        reject_unknown(settings, names)
        if missing := [name for name in names if name not in settings]:
            raise InvalidPolicyError("settings", f"no {missing[0]!r}", f"{', '.join(names)}")
        for name in names:
            if not isinstance(settings[name], Mapping):
                raise InvalidPolicyError(name, type(settings[name]).__name__, "a JSON object")
        for name, kind in (("costs", Costs), ("prices", Prices)):
            reject_unknown(settings[name], [one.name for one in fields(kind)], prefix=f"{name}.")
        trees = {name: Trees.from_dict(settings[name]) for name in _STEPS}
        try:
            costs = Costs(**settings["costs"])
        except CalibrationError as error:
            raise InvalidPolicyError(error.field, error.received, error.allowed) from None
        return cls(**trees, costs=costs, prices=Prices(**settings["prices"]))

    def to_dict(self) -> dict[str, Any]:
        """Return the trees, costs and prices as JSON values."""
        trees = {name: trees.to_dict() for name, trees in self.trees.items()}
        return {**trees, "costs": asdict(self.costs), "prices": asdict(self.prices)}

    @property
    def trees(self) -> Mapping[str, Trees]:
        """What each step is expected to gain, by name."""
        return {name: getattr(self, name) for name in _STEPS}

    @property
    def name(self) -> str:
        """`expected-benefit`."""
        return "expected-benefit"

    @property
    def uses_agreement(self) -> bool:
        """Whether some tree looks at it."""
        return any("agreement" in trees.features for trees in self.trees.values())

    @property
    def query_features(self) -> tuple[str, ...]:
        """Features that every query must have."""
        return query_features(*self.trees.values())

    def may_delegate(self, signals: Signals) -> BoolArray:
        """[B] all: what the tools say is what the benefit is expected from."""
        return np.ones(len(signals), dtype=np.bool_)

    def triage(self, signals: Signals) -> Codes:
        """[B] TOOLS or BOTH where that promises most, else PENDING."""
        return Benefits.of(self, signals, *_STEPS[:2]).triage(self.costs, self.prices)

    def escalate(self, signals: Signals) -> Codes:
        """[B] BOTH where asking again is worth its cost, also where the confidence is unknown, else REASONER."""
        return Benefits.of(self, signals, _STEPS[2]).escalate(self.costs, self.prices)

    def reason(self, signals: Signals, row: int, code: int) -> str:
        """Compare the query's expected benefits with their prices, in words."""
        benefits = Benefits.of(self, signals.take([row]))
        own, both = float(benefits.going_on[0]), float(benefits.consulting[0])
        # Over an answer of the tools, which bears their price itself.
        alone = self.prices.cost * self.costs.reasoner - self.prices.tools
        evidence = self.prices.cost * self.costs.evidence
        if signals.delegate[row] == NO_TOOL:
            first = "no tool answered"
        else:
            tool = signals.tool_names[signals.delegate[row]]
            first = (
                f"over {tool}'s answer the reasoner is expected to gain {own:+.4f} at a price of {alone:.4f}, and "
                f"{both:+.4f} at {evidence:.4f} with evidence"
            )
        if code == TOOLS:
            return f"low risk: {first}"
        if code == PENDING:
            return f"{first}: the reasoner's confidence decides next"
        if code == BOTH and int(benefits.triage(self.costs, self.prices)[0]) == BOTH:
            return f"high risk: {first}"
        if benefits.unsure[0]:
            return f"high risk: {first}; the reasoner's confidence is unknown"
        again, bar = float(benefits.asking_again[0]), evidence + self.prices.tools
        risk, than = ("high", "more") if code == BOTH else ("medium", "no more")
        return f"{risk} risk: {first}; asking it again is expected to gain {again:+.4f}, {than} than {bar:.4f}"
