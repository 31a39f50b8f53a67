"""Everything that rr-planner raises.

PlannerError
+-- InvalidQueryError      a query batch that cannot be routed (also a ValueError)
+-- InvalidAnswerError     a tool or reasoner broke its contract (also a ValueError)
+-- InvalidPolicyError     a planner, policy or policy file is put together wrongly (also a ValueError)
+-- CalibrationError       outcomes that nothing can be learned from (also a ValueError)
+-- LedgerError            a ledger file that cannot be read
+-- NoAnswerError          every step of a query failed; names every cause
+-- MissingExtraError      a package that an extra installs is missing
+-- OverloadedError        more requests at once than the planner admits; nothing was asked
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rr_planner.types import Answer


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
    """A planner, policy or policy file that cannot be used."""


class LedgerError(PlannerError):
    """A ledger file that cannot be read."""


class CalibrationError(_FieldError):
    """Outcomes that nothing can be learned from, such as too few or all alike."""


class NoAnswerError(PlannerError):
    """Every step that could answer failed, for at least one query of a batch.

    Attributes:
        causes: why, by query id, one entry a failed step.
        answers: the answers to the other queries of the batch, in order.
    """

    def __init__(self, causes: Mapping[int | str, Sequence[str]], answers: Sequence[Answer] = ()) -> None:
        """Name every cause of the first query that failed, and how many others failed too."""
        query_id, first = next(iter(causes.items()))
        more = f" (and {len(causes) - 1} more queries)" if len(causes) > 1 else ""
        super().__init__(f"no tool and no reasoner answered query {query_id}{more}: {'; '.join(first)}")
        self.causes = causes
        self.answers = answers


class OverloadedError(PlannerError):
    """The planner has its hands full and refused the request at once; nothing was asked. Try again later.

    Attributes:
        admitted: how many requests it takes at once.
    """

    def __init__(self, admitted: int) -> None:
        """Say how many requests are being answered."""
        super().__init__(f"{admitted} requests are being answered already, which is the most; try again later")
        self.admitted = admitted


class MissingExtraError(PlannerError):
    """What was asked for needs an extra of this package."""

    def __init__(self, extra: str, package: str) -> None:
        """Say how to install it."""
        super().__init__(f"{package} is not installed: pip install 'rr-planner[{extra}]'")
        self.extra = extra
