"""Ranking metrics by name: "HR@5", "NDCG@10", "MRR"."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
from numpy.typing import ArrayLike, NDArray

from rr_eval.errors import InvalidArgumentError, UnknownNameError
from rr_eval.ranking.hit_rate import hit_rate
from rr_eval.ranking.mrr import mrr
from rr_eval.ranking.ndcg import ndcg

RankFunction = Callable[..., NDArray[np.float64]]
RANKING_METRICS: Mapping[str, RankFunction] = MappingProxyType({"HR": hit_rate, "NDCG": ndcg, "MRR": mrr})
_UNCUT = frozenset({"MRR"})
_NAME = re.compile(r"([A-Za-z]+)(?:@(\d+))?")


@dataclass(frozen=True, slots=True)
class Metric:
    """A ranking metric with its cut; higher is better.

    Attributes:
        name: as in a paper's table, "NDCG@5".
        k: how many places count, or None for all.
    """

    name: str
    k: int | None

    def values(self, ranks: ArrayLike) -> NDArray[np.float64]:
        """Return one value a query [N] for its target's rank [N]; the metric is their mean."""
        return RANKING_METRICS[self.name.partition("@")[0]](ranks, k=self.k)


def parse_metric(name: str) -> Metric:
    """Return the metric of a name such as "HR@5"; upper or lower case.

    Raises:
        UnknownNameError: there is no such metric; the message offers the nearest.
        InvalidArgumentError: the cut is missing or not 1 or more.

    Example:
        >>> parse_metric("ndcg@5").values([1, 3, 6]).tolist()
        [1.0, 0.5, 0.0]
    """
    match = _NAME.fullmatch(name.strip())
    base = match.group(1).upper() if match else name
    if match is None or base not in RANKING_METRICS:
        cut = match.group(2) if match and match.group(2) else "5"
        raise UnknownNameError("metric", name, [f"{known}@{cut}" for known in RANKING_METRICS])
    k = int(match.group(2)) if match.group(2) else None
    if k == 0 or (k is None and base not in _UNCUT):
        raise InvalidArgumentError("metric", repr(name), f"a cut of 1 or more, such as {base}@5")
    return Metric(base if k is None else f"{base}@{k}", k)


def parse_metrics(names: Iterable[str]) -> tuple[Metric, ...]:
    """Return the metrics of several names, each once, in order.

    Raises:
        UnknownNameError: there is no such metric.
        InvalidArgumentError: a cut is wrong, or no name is given.
    """
    parsed = tuple(dict.fromkeys(parse_metric(name) for name in names))
    if not parsed:
        raise InvalidArgumentError("metrics", "none", "at least one, such as HR@5")
    return parsed
