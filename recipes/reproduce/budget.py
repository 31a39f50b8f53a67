"""What a reproduction may cost."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """How much is trained and asked.

    Attributes:
        name: of the budget.
        seeds: everything is run with the seeds 0, 1, ...
        epochs: most epochs of a classical model; None leaves each its own.
        agent: arguments of `recipes.demo.settings.Settings`.
        questions: most questions about clicks, or explanations, in each part; None takes all.
    """

    name: str
    seeds: int
    epochs: int | None = None
    agent: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))
    questions: int | None = None


SMALL = Budget(
    name="small",
    seeds=2,
    epochs=2,
    agent={
        "steps": 150,
        "batch": 16,
        "width": 64,
        "history": 15,
        "pictures": 1,
        "examples_per_user": 2,
        "queries": 400,
        "sample": 1500,
    },
    questions=1500,
)
FULL = Budget(name="full", seeds=3)
BUDGETS: Mapping[str, Budget] = {budget.name: budget for budget in (SMALL, FULL)}
"""`small` runs every line in minutes and its figures mean little; `full` is what a comparison needs."""
