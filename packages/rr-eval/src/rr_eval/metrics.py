"""Metrics by name, as in a paper's table: "HR@5", "NDCG@10", "AUC", "BLEU-4"."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from rr_eval.errors import InvalidArgumentError, UnknownNameError
from rr_eval.ranking.average_precision import average_precision
from rr_eval.ranking.hit_rate import hit_rate
from rr_eval.ranking.mrr import mrr
from rr_eval.ranking.ndcg import ndcg
from rr_eval.ranking.precision import precision
from rr_eval.ranking.recall import recall

Kind = Literal["ranking", "ctr", "explanation"]
RankFunction = Callable[..., NDArray[np.float64]]
RANKING_METRICS: Mapping[str, RankFunction] = MappingProxyType(
    {"HR": hit_rate, "NDCG": ndcg, "Recall": recall, "Precision": precision, "MRR": mrr, "MAP": average_precision}
)
CTR_METRICS = ("AUC", "GAUC", "LogLoss", "Brier")
TEXT_METRICS = (
    *(f"BLEU-{n}" for n in (1, 2, 3, 4)), *(f"sacreBLEU-{n}" for n in (1, 2, 3, 4)), "ROUGE-1", "ROUGE-2", "ROUGE-L",
    "FMR",
)  # fmt: skip
KIND_OF_TASK: Mapping[str, Kind] = MappingProxyType(
    {"sequential": "ranking", "direct": "ranking", "ctr": "ctr", "explanation": "explanation"}
)
DEFAULT_METRICS: Mapping[Kind, tuple[str, ...]] = MappingProxyType(
    {"ranking": ("HR@5", "NDCG@5"), "ctr": ("AUC", "LogLoss"), "explanation": ("BLEU-4", "ROUGE-L")}
)
_UNCUT = frozenset({"MRR", "MAP"})
_LOWER_IS_BETTER = frozenset({"LogLoss", "Brier"})
_KINDS: Mapping[str, Kind] = MappingProxyType(
    {
        **dict.fromkeys(RANKING_METRICS, "ranking"),
        **dict.fromkeys(CTR_METRICS, "ctr"),
        **dict.fromkeys(TEXT_METRICS, "explanation"),
    }
)
_CANONICAL = {name.lower(): name for name in _KINDS}
_NAME = re.compile(r"([A-Za-z]+(?:-[1-9L])?)(?:@(\d+))?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Metric:
    """A metric with its cut.

    Attributes:
        name: as in a paper's table, "NDCG@5".
        kind: what it measures: `ranking`, `ctr` or `explanation`.
        k: how many places count, or None for all.
    """

    name: str
    kind: Kind
    k: int | None = None

    @property
    def base(self) -> str:
        """The name without the cut."""
        return self.name.partition("@")[0]

    @property
    def lower_is_better(self) -> bool:
        """Whether a smaller value is the better one."""
        return self.base in _LOWER_IS_BETTER

    def values(
        self, ranks: ArrayLike, offsets: ArrayLike | None = None, *, gains: ArrayLike | None = None
    ) -> NDArray[np.float64]:
        """Return one value a query [N] for the ranks of relevant items; the metric is their mean.

        Args:
            ranks, offsets: see `rr_eval.ranking`.
            gains: how relevant each item is; only NDCG looks at it.

        Raises:
            InvalidArgumentError: this is no ranking metric, or the ranks are none.
        """
        if self.kind != "ranking":
            raise InvalidArgumentError("metric", f"'{self.name}' for ranks", "a ranking metric, such as NDCG@5")
        options = {"gains": gains} if self.base == "NDCG" and gains is not None else {}
        return RANKING_METRICS[self.base](ranks, offsets, k=self.k, **options)


def parse_metric(name: str) -> Metric:
    """Return the metric of a name such as "HR@5"; upper or lower case.

    Raises:
        UnknownNameError: there is no such metric; the message offers the nearest.
        InvalidArgumentError: the cut is missing or not 1 or more, or the metric has none.

    Example:
        >>> parse_metric("ndcg@5").values([1, 3, 6]).tolist()
        [1.0, 0.5, 0.0]
    """
    match = _NAME.fullmatch(name.strip())
    base = _CANONICAL.get(match.group(1).lower()) if match else None
    if match is None or base is None:
        cut = match.group(2) if match and match.group(2) else "5"
        raise UnknownNameError("metric", name, [f"{n}@{cut}" if n in RANKING_METRICS else n for n in _KINDS])
    kind, k = _KINDS[base], int(match.group(2)) if match.group(2) else None
    if kind != "ranking" and k is not None:
        raise InvalidArgumentError("metric", repr(name), f"no cut: {base}")
    if k == 0 or (kind == "ranking" and k is None and base not in _UNCUT):
        raise InvalidArgumentError("metric", repr(name), f"a cut of 1 or more, such as {base}@5")
    return Metric(base if k is None else f"{base}@{k}", kind, k)


def parse_metrics(names: Iterable[str], *, task: str | None = None) -> tuple[Metric, ...]:
    """Return the metrics of several names, each once, in order.

    Raises:
        UnknownNameError: there is no such metric.
        InvalidArgumentError: a cut is wrong, no name is given, or a metric is not for the task.
    """
    parsed = tuple(dict.fromkeys(parse_metric(name) for name in names))
    if not parsed:
        raise InvalidArgumentError("metrics", "none", "at least one, such as HR@5")
    for metric in parsed:
        if task is not None and metric.kind != KIND_OF_TASK[task]:
            known = ", ".join(n for n, kind in _KINDS.items() if kind == KIND_OF_TASK[task])
            raise InvalidArgumentError("metrics", f"{metric.name} for the task {task}", f"some of {known}")
    return parsed
