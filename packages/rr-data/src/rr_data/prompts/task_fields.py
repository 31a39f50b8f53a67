"""Which fields a template of each task must have, and which it may have besides."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class TaskFields:
    """Fields of one task.

    Attributes:
        required: without them a prompt does not ask the task's question, or hides the evidence horizon from the agent.
        optional: may be named besides.
    """

    required: frozenset[str]
    optional: frozenset[str]

    @property
    def known(self) -> frozenset[str]:
        """All fields that a template of the task may name."""
        return self.required | self.optional


_ABOUT_AN_ITEM: Final = TaskFields(
    frozenset({"item", "evidence_horizon"}), frozenset({"user", "user_desc", "photo", "history"})
)
TASK_FIELDS: Final = {
    "sequential": TaskFields(frozenset({"history", "evidence_horizon"}), frozenset({"user", "user_desc"})),
    "direct": _ABOUT_AN_ITEM,
    "ctr": _ABOUT_AN_ITEM,
    # No evidence horizon: no tool is asked, so nothing is to be decided by it.
    "explanation": TaskFields(frozenset({"item", "star_rating"}), frozenset({"user", "user_desc", "photo", "history"})),
}
