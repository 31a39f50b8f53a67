"""Single decisions as a person wants to see them: history, thought, route, evidence, answer, truth."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from rr_eval.errors import InvalidArgumentError
from rr_eval.report.picture import ItemCard
from rr_eval.routing.risk_mix import RISK_OF_ROUTE

HISTORY_SHOWN = 8
ANSWERS_SHOWN = 5


@dataclass(frozen=True, slots=True)
class ToolAnswer:
    """What one tool said, best first.

    Attributes:
        tool: its name.
        items: the ranked items; the first five are shown.
        confidence: in [0, 1], or None.
    """

    tool: str
    items: Sequence[ItemCard]
    confidence: float | None = None

    @property
    def shown(self) -> Sequence[ItemCard]:
        """The items to show."""
        return self.items[:ANSWERS_SHOWN]


@dataclass(frozen=True, slots=True)
class DecisionCase:
    """One query from evidence to answer.

    Attributes:
        heading: names the case, such as "User 37".
        history: the user's items, oldest first; the last eight are shown.
        thought: the readable thought, empty where the reasoner was not asked.
        confidence: calibrated, in [0, 1], or None.
        route: `tools`, `reasoner` or `both`.
        reason: why the planner chose it.
        tool_answers: what each consulted tool said.
        answer: the final ranking, best first; the first five are shown.
        target: the truth.
        evidence: the user's evidence in words, such as "evidence horizon 0.81 (high)".
        rank: the target's rank in the final answer, where known.
    """

    heading: str
    history: Sequence[ItemCard]
    thought: str
    confidence: float | None
    route: str
    reason: str
    tool_answers: Sequence[ToolAnswer]
    answer: Sequence[ItemCard]
    target: ItemCard
    evidence: str = ""
    rank: float | None = None

    def __post_init__(self) -> None:
        """Check the route and the confidence."""
        if self.route not in RISK_OF_ROUTE:
            raise InvalidArgumentError("route", repr(self.route), f"one of {', '.join(RISK_OF_ROUTE)}")
        if self.confidence is not None and not 0 <= self.confidence <= 1:
            raise InvalidArgumentError("confidence", self.confidence, "a number in [0, 1] or None")

    @property
    def risk(self) -> str:
        """The paper's risk level of the route."""
        return RISK_OF_ROUTE[self.route]

    @property
    def history_shown(self) -> Sequence[ItemCard]:
        """The latest items, oldest first."""
        return self.history[-HISTORY_SHOWN:]

    @property
    def answer_shown(self) -> Sequence[ItemCard]:
        """The first items of the final answer."""
        return self.answer[:ANSWERS_SHOWN]

    @property
    def hit_place(self) -> int | None:
        """The target's place among the answer's items that are shown, from 1; None for a miss."""
        places = (place for place, item in enumerate(self.answer_shown, 1) if item.item_id == self.target.item_id)
        return next(places, None)


@dataclass(frozen=True, slots=True)
class DecisionGallery:
    """A section with single decisions.

    Attributes:
        cases: the decisions.
        title: of the section.
        lead: a sentence or two before them; say how they were chosen.
    """

    kind: ClassVar[str] = ""
    template: ClassVar[str] = "decision_gallery.html.j2"

    cases: Sequence[DecisionCase]
    title: str = "Decisions"
    lead: str = ""
