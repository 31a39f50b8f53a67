"""Everything that rr-planner raises.

    PlannerError
    +-- InvalidQueryError      a query batch that cannot be routed (also a ValueError)
    +-- InvalidAnswerError     a tool or reasoner broke its contract (also a ValueError)
    +-- InvalidPolicyError     a policy or its file is malformed (also a ValueError)
    +-- NoAnswerError          every step of a query failed; names every cause
"""

from __future__ import annotations


class PlannerError(Exception):
    """Root of the package's errors."""


class _FieldError(PlannerError, ValueError):
    def __init__(self, field: str, received: str, allowed: str) -> None:
        """Name the field, what came, and what is allowed."""
        super().__init__(f"{field}: received {received}; expected {allowed}")
        self.field = field
        self.received = received
        self.allowed = allowed


class InvalidQueryError(_FieldError):
    """A query batch that cannot be routed."""


class InvalidAnswerError(_FieldError):
    """A tool or reasoner answered with something that is not a ranking."""


class InvalidPolicyError(_FieldError):
    """A policy or policy file that cannot be used."""


class NoAnswerError(PlannerError):
    """Every step that could answer failed."""
