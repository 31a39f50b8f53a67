"""What a policy must offer, and the cascade that asks it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any, Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from rr_planner.policies.signals import Signals
from rr_planner.types import Route

Codes = NDArray[np.int8]
BoolArray = NDArray[np.bool_]

PENDING, TOOLS, REASONER, BOTH = -1, 0, 1, 2
ROUTE_OF_CODE: tuple[Route, ...] = (Route.TOOLS, Route.REASONER, Route.BOTH)
CODE_OF_ROUTE: Mapping[Route, int] = {route: code for code, route in enumerate(ROUTE_OF_CODE)}


@runtime_checkable
class Policy(Protocol):
    """Decides the route of each query in at most three cheap steps; every method looks at one query at a time.

    The planner calls `may_delegate`, runs the tools on those queries, calls `triage`, runs the reasoner on what is
    pending, and calls `escalate`. A policy that knows its routes beforehand returns them from `triage`, so that no
    model runs only to be ignored.
    """

    @property
    def name(self) -> str:
        """A short name."""
        ...

    @property
    def hash(self) -> str:
        """Twelve hexadecimal digits that change whenever a setting does."""
        ...

    @property
    def uses_agreement(self) -> bool:
        """Whether `triage` looks at the tools' agreement, so that all of them must be asked."""
        ...

    def may_delegate(self, signals: Signals) -> BoolArray:
        """Say [B] which queries a tool might answer, before anything ran."""
        ...

    def triage(self, signals: Signals) -> Codes:
        """Return [B] TOOLS, REASONER, BOTH, or PENDING where the reasoner's confidence must be known first."""
        ...

    def escalate(self, signals: Signals) -> Codes:
        """Return [B] REASONER or BOTH, now that the reasoner's confidence is known; only pending queries count."""
        ...

    def reason(self, signals: Signals, row: int, code: int) -> str:
        """Say in words why query `row` got the route `code`."""
        ...


def decide(policy: Policy, signals: Signals) -> Codes:
    """Route B queries of which everything is known already, as in replay, simulation and calibration.

    Returns:
        [B] codes: TOOLS, REASONER, BOTH, or PENDING where the route hangs on a reasoner that has not run.
    """
    codes = policy.triage(signals)
    pending = codes == PENDING
    if np.count_nonzero(pending):
        known = pending & np.isfinite(signals.reasoner_confidence)
        np.copyto(codes, policy.escalate(signals), where=known)
    return codes


def content_hash(settings: Mapping[str, Any]) -> str:
    """Return twelve hexadecimal digits of the SHA-256 of the settings in canonical JSON."""
    text = json.dumps(settings, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()[:12]
