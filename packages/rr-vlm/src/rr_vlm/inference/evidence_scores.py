"""What the tools' scores add to an answer: prompts show ranks alone, and a score tells how clear a rank is.

An answer with evidence is p(item) * exp(sum of w[tool] * height(tool, item)), normalised over the items. The height is
by how much a tool scores an item above the last one that it shows; it is 0 for what it does not show. The weights are
fitted on validation queries, where the model has not learned the answers.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import torch
from numpy.typing import NDArray

IntArray = NDArray[np.int64]
FloatArray = NDArray[np.float64]


class ScoredItems(Protocol):
    """A tool's answers: items [B, k], best first, and scores [B, k], -inf at padding."""

    @property
    def items(self) -> Any:
        """[B, k] item codes."""
        ...

    @property
    def scores(self) -> Any:
        """[B, k] floats."""
        ...


def raised(
    log_probs: NDArray[np.float32], evidence: Mapping[str, ScoredItems], weights: Mapping[str, float], shown: int
) -> NDArray[np.float32]:
    """Raise the items that the tools show by their heights; the rows are not normalised again.

    Args:
        log_probs: [B, n_items].
        evidence: the tools' answers; a tool without a weight raises nothing.
        weights: by tool.
        shown: items of an answer that count.

    Example:
        >>> from types import SimpleNamespace
        >>> said = SimpleNamespace(items=np.array([[2, 0]]), scores=np.array([[3.0, 1.0]]))
        >>> raised(np.zeros((1, 3), np.float32), {"tool": said}, {"tool": 0.5}, shown=2).tolist()
        [[0.0, 0.0, 1.0]]
    """
    result = log_probs.copy()
    for name, answer in evidence.items():
        if weights.get(name):
            items, height = heights(answer, shown, log_probs.shape[1])
            rows, places = np.nonzero(height)
            result[rows, items[rows, places]] += (weights[name] * height[rows, places]).astype(np.float32)
    return result


def heights(answer: ScoredItems, shown: int, n_items: int) -> tuple[IntArray, FloatArray]:
    """Return items and heights [B, shown] of a tool's answer; 0 at padding, unknown items and scores that are none."""
    items = np.asarray(answer.items, dtype=np.int64)[:, :shown]
    scores = np.asarray(answer.scores, dtype=np.float64)[:, :shown]
    usable = np.isfinite(scores) & (items >= 0) & (items < n_items)
    last = np.min(np.where(usable, scores, np.inf), axis=1, keepdims=True, initial=np.inf)
    return items, np.where(usable, scores - np.where(np.isfinite(last), last, 0.0), 0.0)


def fit_weights(
    log_probs: NDArray[np.float32], targets: IntArray, evidence: Mapping[str, ScoredItems], shown: int
) -> dict[str, float]:
    """Fit the weights by penalised maximum likelihood (a conditional logit with the answer as its offset).

    The penalty is on the weights of heights scaled to a root mean square of 1, in units of one query: with few queries,
    or where a tool's scores say nothing new, a weight stays near 0.

    Args:
        log_probs: [B, n_items] of validation queries, normalised; -inf for items that are not to be recommended.
        targets: [B] right items; queries whose target cannot be recommended are left out.
        evidence: the tools' answers.
        shown: items of an answer that count.
    """
    names = tuple(evidence)
    kept = np.flatnonzero((targets >= 0) & np.isfinite(log_probs[np.arange(len(targets)), np.maximum(targets, 0)]))
    raises = _Raises.of(log_probs, [evidence[name] for name in names], kept, shown)
    if not len(raises.rows):
        return dict.fromkeys(names, 0.0)
    size = np.sqrt((raises.heights**2).mean(axis=0))
    scale = np.where(size > 0, size, 1.0)  # of a tool that shows nothing
    x = torch.from_numpy(raises.heights / scale)
    chance, rows = torch.from_numpy(raises.chance), torch.from_numpy(raises.rows)
    hit = torch.from_numpy(targets[raises.rows] == raises.items)
    theta = torch.zeros(len(names), dtype=torch.float64, requires_grad=True)
    optimizer = torch.optim.LBFGS([theta], max_iter=100, line_search_fn="strong_wolfe")

    def closure() -> torch.Tensor:
        optimizer.zero_grad()
        lift = x @ theta
        more = torch.zeros(len(targets), dtype=torch.float64).index_add(0, rows, chance * torch.expm1(lift))
        loss = torch.log1p(more.clamp(min=-1 + 1e-9)).sum() - lift[hit].sum() + (theta**2).sum() / 2
        loss.backward()  # type: ignore[no-untyped-call]
        return loss

    optimizer.step(closure)  # type: ignore[no-untyped-call]
    return dict(zip(names, (theta.detach().numpy() / scale).tolist(), strict=True))


@dataclass(frozen=True, slots=True, eq=False)
class _Raises:
    """Every item that some tool shows in some query, once.

    Attributes:
        rows: [M] the query.
        items: [M] the item.
        heights: [M, tools].
        chance: [M] what the model gives it.
    """

    rows: IntArray
    items: IntArray
    heights: FloatArray
    chance: FloatArray

    @classmethod
    def of(cls, log_probs: NDArray[np.float32], answers: Sequence[ScoredItems], kept: IntArray, shown: int) -> _Raises:
        n_items = log_probs.shape[1]
        keys, columns, values = [], [], []
        for column, answer in enumerate(answers):
            items, height = heights(answer, shown, n_items)
            rows, places = np.nonzero(height[kept])
            keys.append(kept[rows] * n_items + items[kept][rows, places])
            columns.append(np.full(len(rows), column))
            values.append(height[kept][rows, places])
        pairs, place = np.unique(np.concatenate(keys), return_inverse=True)
        table = np.zeros((len(pairs), len(answers)))
        table[place.ravel(), np.concatenate(columns)] = np.concatenate(values)
        rows, items = pairs // n_items, pairs % n_items
        return cls(rows, items, table, np.exp(log_probs[rows, items].astype(np.float64)))
