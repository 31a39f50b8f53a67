"""What past queries were known to be, and what each route would have gained for them."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from rr_planner.calibration.outcomes import column
from rr_planner.errors import CalibrationError
from rr_planner.policies.signals import NO_TOOL, Signals
from rr_planner.selection import MostConfident, Selection
from rr_planner.types import EMPTY, FloatArray

MINIMUM_QUERIES = 100


@dataclass(frozen=True, slots=True, eq=False)
class OutcomeTable:
    """B validation queries, which no model was trained on. Build one with `OutcomeTable.of`, which checks everything.

    Attributes:
        signals: what a policy would have known, the selected tool included.
        tools: [T, B] gain, such as a hit or NDCG, of each tool's answer.
        selected: [B] gain of the selected tool's answer.
        reasoner: [B] gain of the reasoner alone.
        both: [B] gain of the reasoner with the tools' answers.
        users: [B] the queries' users; all queries of one are fitted on or none.
    """

    signals: Signals
    tools: FloatArray
    selected: FloatArray
    reasoner: FloatArray
    both: FloatArray
    users: NDArray[Any]

    @classmethod
    def of(
        cls,
        *,
        evidence_horizon: ArrayLike,
        tool_confidence: ArrayLike,
        tool_gain: ArrayLike,
        reasoner_confidence: ArrayLike,
        reasoner_gain: ArrayLike,
        both_gain: ArrayLike,
        tool_names: Sequence[str] | None = None,
        agreement: ArrayLike | None = None,
        users: ArrayLike | None = None,
        features: Mapping[str, ArrayLike] | None = None,
        selection: Selection | None = None,
    ) -> Self:
        """Check and freeze outcomes.

        Args:
            evidence_horizon: [B] in [0, 1].
            tool_confidence: [T, B] calibrated; NaN where a tool has none.
            tool_gain: [T, B] what each tool's answer was worth.
            reasoner_confidence: [B] calibrated, of the reasoner alone; NaN where it has none.
            reasoner_gain: [B] worth of its answer alone.
            both_gain: [B] worth of its answer with the tools' as evidence.
            tool_names: T names; needed by what selects or learns by name.
            agreement: [B] in [0, 1] of the tools' lists; NaN or None where unknown.
            users: [B] ids; each query a user of its own where None.
            features: further [B] columns by name.
            selection: which tool answers a delegated query, the planner's own; the most confident by default. One that
                was fitted on these queries makes the tools look better than they are.

        Raises:
            CalibrationError: fewer than 100 queries, columns that do not fit, gains that are all the same, or routes
                that never differ.
        """
        horizon = column("evidence_horizon", evidence_horizon, (np.shape(evidence_horizon) or (0,))[:1], unit=True)
        size, count = len(horizon), (np.shape(tool_gain) or (0,))[0]
        names = tuple(tool_names or (f"tool {index}" for index in range(count)))
        if count == 0 or len(names) != count:
            received = f"{count} tools, {len(names)} names"
            raise CalibrationError("tool_gain", received, "one tool or more, a name for each")
        signals = Signals(
            ids=np.arange(size),
            evidence_horizon=horizon,
            tool_names=names,
            tool_confidence=column("tool_confidence", tool_confidence, (count, size), unit=True, gaps=True),
            delegate=np.full(size, NO_TOOL),
            agreement=_optional("agreement", agreement, size),
            reasoner_confidence=column("reasoner_confidence", reasoner_confidence, (size,), unit=True, gaps=True),
            features={name: column(f"features.{name}", values, (size,)) for name, values in (features or {}).items()}
            or EMPTY,
        )
        tools = column("tool_gain", tool_gain, (count, size))
        chosen = (selection or MostConfident()).select(signals, np.ones(tools.shape, dtype=np.bool_))
        owners = np.arange(size) if users is None else np.asarray(users)
        if owners.shape != (size,):
            raise CalibrationError("users", f"shape {owners.shape}", f"({size},), one a query")
        table = cls(
            signals=replace(signals, delegate=chosen),
            tools=tools,
            selected=tools[chosen, np.arange(size)],
            reasoner=column("reasoner_gain", reasoner_gain, (size,)),
            both=column("both_gain", both_gain, (size,)),
            users=owners,
        )
        table._refuse_useless()
        return table

    def __len__(self) -> int:
        """Return B."""
        return len(self.users)

    def take(self, rows: ArrayLike) -> OutcomeTable:
        """Return some of the queries, by number [N] or where a mask [B] holds."""
        wanted = np.arange(len(self))[np.asarray(rows)]
        columns = (self.selected, self.reasoner, self.both, self.users)
        return OutcomeTable(self.signals.take(wanted), self.tools[:, wanted], *(one[wanted] for one in columns))

    def folds(self, count: int, seed: int) -> NDArray[np.int64]:
        """Return [B] one of `count` folds; all queries of a user are in the same one."""
        names, place = np.unique(self.users, return_inverse=True)
        number = np.random.default_rng(seed).permutation(len(names)) % count
        return np.asarray(number[place.ravel()])

    def describe(self) -> dict[str, Any]:
        """Return how many queries and users there are, and twelve hexadecimal digits that tell outcomes apart.

        The hash is over the tools' names and the queries' horizons, confidences, gains and users, in their order; two
        policies that were calibrated on the same outcomes have the same, whatever else they looked at.
        """
        signals = self.signals
        digest = hashlib.sha256("\n".join(signals.tool_names).encode())
        for one in (signals.evidence_horizon, signals.tool_confidence, signals.reasoner_confidence):
            digest.update(np.ascontiguousarray(one).tobytes())
        for one in (self.tools, self.reasoner, self.both):
            digest.update(np.ascontiguousarray(one).tobytes())
        names, place = np.unique(self.users, return_inverse=True)
        digest.update(np.ascontiguousarray(place, dtype=np.int64).tobytes())
        return {"queries": len(self), "users": len(names), "hash": digest.hexdigest()[:12]}

    @property
    def routes(self) -> FloatArray:
        """[3, B] gain of the selected tool, the reasoner alone and both: a row for each route's code."""
        return np.stack([self.selected, self.reasoner, self.both])

    def _refuse_useless(self) -> None:
        if len(self) < MINIMUM_QUERIES:
            raise CalibrationError("evidence_horizon", f"{len(self)} queries", f"at least {MINIMUM_QUERIES}")
        for name, gain in (("reasoner_gain", self.reasoner), ("both_gain", self.both), ("tool_gain", self.selected)):
            if gain.min() == gain.max():
                raise CalibrationError(name, f"{gain[0]:g} for every query", "outcomes that differ between queries")
        if (self.selected == self.reasoner).all() and (self.selected == self.both).all():
            raise CalibrationError("tool_gain", "the same gains on all routes", "routes that differ in some query")


def _optional(name: str, values: ArrayLike | None, size: int) -> FloatArray:
    return np.full(size, np.nan) if values is None else column(name, values, (size,), unit=True, gaps=True)
