"""Metrics as torchmetrics (extra `torch`), so that a training loop logs what the evaluation reports."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rr_eval.ctr.auc import auc
from rr_eval.ctr.brier import brier
from rr_eval.ctr.gauc import gauc
from rr_eval.ctr.log_loss import log_loss
from rr_eval.errors import InvalidArgumentError, MissingExtraError
from rr_eval.metrics import parse_metric
from rr_eval.ranking.from_scores import ranks_of_targets
from rr_eval.ranking.rank import Ties

try:
    from torchmetrics import Metric as _TorchMetric
    from torchmetrics.utilities import dim_zero_cat
except ImportError:
    raise MissingExtraError("torchmetrics", "torch") from None

_CTR: Mapping[str, Callable[..., float | NDArray[np.float64]]] = MappingProxyType(
    {"AUC": auc, "GAUC": gauc, "LogLoss": log_loss, "Brier": brier}
)


class TorchMetric(_TorchMetric):
    """Any ranking or click-through metric of rr-eval by name; it keeps one number a query (three for GAUC).

    Args:
        metric: such as "NDCG@5" or "AUC".
        ties: where in its tie group a target stands.
        options: of `torchmetrics.Metric`.

    Raises:
        UnknownNameError, InvalidArgumentError: no such metric, or one of texts.
    """

    full_state_update = False

    def __init__(self, metric: str, *, ties: Ties = "middle", **options: Any) -> None:
        """Parse the name and make room for what `update` adds."""
        super().__init__(**options)
        self.metric, self.ties = parse_metric(metric), ties
        if self.metric.kind == "explanation":
            raise InvalidArgumentError(
                "metric", repr(metric), "a ranking or click-through metric; texts are no tensors"
            )
        self.states = {"ranking": ("ranks",), "ctr": ("labels", "scores")}[self.metric.kind]
        if self.metric.base == "GAUC":
            self.states = (*self.states, "users")
        for state in self.states:
            self.add_state(state, default=[], dist_reduce_fx="cat")

    @property
    def higher_is_better(self) -> bool:  # type: ignore[override]
        """Whether a larger value is the better one."""
        return not self.metric.lower_is_better

    def update(self, scores: Any, targets: Any, users: Any = None) -> None:
        """Add a batch.

        Args:
            scores: tensor [B, I] of the candidates, or [B] click probabilities.
            targets: tensor [B], the column of each relevant candidate, or labels 0 and 1.
            users: tensor [B] of codes, for GAUC alone.

        Raises:
            InvalidArgumentError: shapes or values that the metric refuses.
        """
        if (users is None) == ("users" in self.states):
            raise InvalidArgumentError("users", "none" if users is None else "some", "them for GAUC, and only there")
        if self.metric.kind == "ranking":
            ranks = ranks_of_targets(_array(scores), _array(targets), ties=self.ties)
            added = (scores.detach().double().new_tensor(ranks),)
        else:
            given = (targets, scores.detach().double(), users)
            added = tuple(part.detach() for part in given if part is not None)
        for state, part in zip(self.states, added, strict=True):
            getattr(self, state).append(part)

    def compute(self) -> Any:
        """Return the metric over all batches as a tensor; NaN where there is only one class."""
        tensors = [dim_zero_cat(getattr(self, state)) for state in self.states]
        arrays = [_array(tensor) for tensor in tensors]
        values = self.metric.values(*arrays) if self.metric.kind == "ranking" else _CTR[self.metric.base](*arrays)
        return tensors[0].double().new_tensor(float(np.mean(values)))


def _array(tensor: Any) -> NDArray[Any]:
    return np.asarray(tensor.detach().cpu().numpy())
