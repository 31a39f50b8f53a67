"""Policies that look at no confidence: baselines and bounds to compare a learned policy with."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from rr_planner.errors import InvalidPolicyError, InvalidQueryError
from rr_planner.policies.policy import CODE_OF_ROUTE, ROUTE_OF_CODE, TOOLS, BoolArray, Codes, content_hash
from rr_planner.policies.signals import Signals
from rr_planner.types import FloatArray, Route


class FixedRoutes:
    """A policy whose routes depend on nothing but the queries' ids; subclasses give `name`, `_settings`, `_routes`."""

    __slots__ = ()
    name: ClassVar[str] = "fixed"

    @property
    def hash(self) -> str:
        """Twelve hexadecimal digits over the settings."""
        return content_hash({"policy": self.name, **self._settings()})

    @property
    def uses_agreement(self) -> bool:
        """False."""
        return False

    def may_delegate(self, signals: Signals) -> BoolArray:
        """[B] queries that go to a tool."""
        return np.asarray(self._routes(signals.ids) == TOOLS)

    def triage(self, signals: Signals) -> Codes:
        """[B] the routes, final."""
        return self._routes(signals.ids)

    def escalate(self, signals: Signals) -> Codes:
        """[B] the routes; nothing is ever pending."""
        return self._routes(signals.ids)

    def reason(self, signals: Signals, row: int, code: int) -> str:
        """Name the policy."""
        return f"the policy {self.name} sends it to {_WORDS[ROUTE_OF_CODE[code]]}"

    def _settings(self) -> dict[str, Any]:
        return {}

    def _routes(self, ids: NDArray[Any]) -> Codes:
        raise NotImplementedError


_WORDS: Mapping[Route, str] = {
    Route.TOOLS: "a tool",
    Route.REASONER: "the reasoner alone",
    Route.BOTH: "the reasoner with the tools' answers",
}


class _Always(FixedRoutes):
    __slots__ = ()
    _route: ClassVar[Route] = Route.TOOLS

    def _routes(self, ids: NDArray[Any]) -> Codes:
        return np.full(len(ids), CODE_OF_ROUTE[self._route], dtype=np.int8)


class AlwaysTools(_Always):
    """Every query to the selected tool."""

    __slots__ = ()
    name: ClassVar[str] = "always-tools"
    _route: ClassVar[Route] = Route.TOOLS


class AlwaysReasoner(_Always):
    """Every query to the reasoner alone."""

    __slots__ = ()
    name: ClassVar[str] = "always-reasoner"
    _route: ClassVar[Route] = Route.REASONER


class AlwaysBoth(_Always):
    """Every query to the reasoner with the tools' answers as evidence; the reasoner runs once."""

    __slots__ = ()
    name: ClassVar[str] = "always-both"
    _route: ClassVar[Route] = Route.BOTH


@dataclass(frozen=True, slots=True)
class Random(FixedRoutes):
    """Draw each query's route from a hash of its id and a seed, so that a query's route does not hang on its batch.

    Args:
        probabilities: of tools, reasoner and both; they sum to 1.
        seed: another seed draws other routes.

    Raises:
        InvalidPolicyError: the probabilities are not three numbers of at least 0 that sum to 1.
    """

    name: ClassVar[str] = "random"
    probabilities: Sequence[float] = (1 / 3, 1 / 3, 1 / 3)
    seed: int = 0

    def __post_init__(self) -> None:
        """Check the probabilities."""
        shares = tuple(float(share) for share in self.probabilities)
        if len(shares) != 3 or not all(share >= 0 for share in shares) or abs(sum(shares) - 1) > 1e-9:
            raise InvalidPolicyError(
                "probabilities", f"{self.probabilities}", "three numbers of at least 0 that sum to 1"
            )
        object.__setattr__(self, "probabilities", shares)

    def _settings(self) -> dict[str, Any]:
        return {"probabilities": list(self.probabilities), "seed": self.seed}

    def _routes(self, ids: NDArray[Any]) -> Codes:
        codes = np.searchsorted(np.cumsum(self.probabilities)[:2], uniform_draws(self.seed, ids), side="right")
        return codes.astype(np.int8)


@dataclass(frozen=True, slots=True)
class Oracle(FixedRoutes):
    """Routes known from outcomes: the bound that no policy can beat. For analysis only.

    Args:
        routes: the route by query id.
    """

    name: ClassVar[str] = "oracle"
    routes: Mapping[int | str, Route]

    @classmethod
    def from_gains(cls, ids: ArrayLike, *, tools: ArrayLike, reasoner: ArrayLike, both: ArrayLike) -> Oracle:
        """Take each query's best route; of equally good ones the cheapest (tools, then reasoner, then both).

        Args:
            ids: [B] query ids.
            tools: [B] gain, such as a hit, of the answer that the selected tool gives.
            reasoner: [B] gain of the reasoner alone.
            both: [B] gain of the reasoner with evidence.
        """
        best = np.argmax(np.stack([np.asarray(tools), np.asarray(reasoner), np.asarray(both)]), axis=0)
        pairs = zip(np.asarray(ids).tolist(), best.tolist(), strict=True)
        return cls({query_id: ROUTE_OF_CODE[code] for query_id, code in pairs})

    def _settings(self) -> dict[str, Any]:
        return {"routes": sorted((str(query_id), route.value) for query_id, route in self.routes.items())}

    def _routes(self, ids: NDArray[Any]) -> Codes:
        try:
            codes = [CODE_OF_ROUTE[self.routes[query_id]] for query_id in ids.tolist()]
        except KeyError as error:
            raise InvalidQueryError("ids", f"{error.args[0]!r}", "an id whose route the oracle knows") from None
        return np.array(codes, dtype=np.int8)


def uniform_draws(seed: int, ids: NDArray[Any]) -> FloatArray:
    """Return [B] numbers in [0, 1), each a hash of the seed and one of the query ids [B]."""
    digests = (hashlib.blake2b(f"{seed}:{one}".encode(), digest_size=8).digest() for one in ids.tolist())
    return np.array([int.from_bytes(digest, "big") / 2**64 for digest in digests], dtype=np.float64)
