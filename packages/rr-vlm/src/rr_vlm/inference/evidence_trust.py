"""How far an answer follows the tools' lists and scores, fitted on validation queries.

The pointer head learned from examples that the model has come to know, and sees ranks alone. On queries that it does
not know its own order deserves less trust than it claims, and a tool's score tells how clear a rank is. An answer with
evidence is p(item)^own * exp(sum over tools of listed[tool] + height[tool] * h(tool, item)), normalised over the items;
the sum is over the tools that show the item, and h is by how much a tool scores it above the last one that it shows.
What a list is worth depends on who else speaks: where a tool is silent, other weights hold.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
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


@dataclass(frozen=True, kw_only=True)
class EvidenceTrust:
    """Weights of an answer with evidence; without calibration the model's own answer stands.

    Attributes:
        own: exponent of the model's own probabilities.
        listed: by tool, what being shown by it adds to the logarithm of an item's probability.
        height: by tool, what a unit of its score above the last item shown adds.
        queries: how many validation queries they were fitted on, disturbed ones counted too; 0 without calibration.
    """

    own: float = 1.0
    listed: Mapping[str, float] = field(default_factory=dict)
    height: Mapping[str, float] = field(default_factory=dict)
    queries: int = 0


def trusted(
    log_probs: NDArray[np.float32], evidence: Mapping[str, ScoredItems], trust: EvidenceTrust, shown: int
) -> NDArray[np.float32]:
    """Weigh the model's own answer against what the tools show; the rows are not normalised again.

    Args:
        log_probs: [B, n_items].
        evidence: the tools' answers; a tool without weights adds nothing.
        trust: the weights.
        shown: items of an answer that count.

    Example:
        >>> from types import SimpleNamespace
        >>> said = SimpleNamespace(items=np.array([[2, 0]]), scores=np.array([[3.0, 1.0]]))
        >>> trust = EvidenceTrust(listed={"tool": 0.25}, height={"tool": 0.5})
        >>> trusted(np.zeros((1, 3), np.float32), {"tool": said}, trust, shown=2).tolist()
        [[0.25, 0.0, 1.25]]
    """
    result = (trust.own * log_probs).astype(np.float32)
    for name, answer in evidence.items():
        if name in trust.listed:
            rows, items, heights = listed(answer, shown, log_probs.shape[1])
            result[rows, items] += (trust.listed[name] + trust.height[name] * heights).astype(np.float32)
    return result


def everybody_speaks(
    evidence: Mapping[str, ScoredItems], tools: Collection[str], shown: int, shape: tuple[int, ...]
) -> NDArray[np.bool_]:
    """Return [B] whether every one of the tools shows an item; `shape` is (B, n_items).

    Example:
        >>> from types import SimpleNamespace
        >>> said = SimpleNamespace(items=np.array([[2], [0]]), scores=np.array([[3.0], [-np.inf]]))
        >>> everybody_speaks({"tool": said}, ["tool"], shown=1, shape=(2, 3)).tolist()
        [True, False]
    """
    size, n_items = shape
    speaks = np.ones(size, dtype=np.bool_)
    for name in tools:
        rows = listed(evidence[name], shown, n_items)[0] if name in evidence else np.empty(0, np.int64)
        speaks &= np.bincount(rows, minlength=size) > 0
    return speaks


def listed(answer: ScoredItems, shown: int, n_items: int) -> tuple[IntArray, IntArray, FloatArray]:
    """Return row, item and height of everything that a tool shows; padding and unknown items are left out."""
    items = np.asarray(answer.items, dtype=np.int64)[:, :shown]
    scores = np.asarray(answer.scores, dtype=np.float64)[:, :shown]
    usable = np.isfinite(scores) & (items >= 0) & (items < n_items)
    last = np.min(np.where(usable, scores, np.inf), axis=1, initial=np.inf)
    rows, places = np.nonzero(usable)
    return rows, items[rows, places], scores[rows, places] - last[rows]


Answered = Sequence[tuple[NDArray[np.float32], Mapping[str, ScoredItems]]]


def fit_trusts(answered: Answered, targets: IntArray, shown: int) -> tuple[EvidenceTrust, EvidenceTrust]:
    """Fit one trust to the queries on which every tool speaks, and one to the others; arguments as `fit_trust`'s.

    Where there are queries of one kind only, both are what was fitted to these.
    """
    names = {name for _, evidence in answered for name in evidence}
    speaks = np.array([everybody_speaks(evidence, names, shown, own.shape) for own, evidence in answered])
    complete, incomplete = (fit_trust(answered, np.where(some, targets, -1), shown) for some in (speaks, ~speaks))
    return (complete if complete.queries else incomplete), (incomplete if incomplete.queries else complete)


def fit_trust(answered: Answered, targets: IntArray, shown: int) -> EvidenceTrust:
    """Fit the weights by penalised maximum likelihood, a conditional logit (McFadden, 1974).

    The penalty is on the distance from the model's own answer, heights scaled to a root mean square of 1, in units of
    one query: with few queries little changes.

    Args:
        answered: one or more times B validation queries: the model's log-probabilities [B, n_items], normalised, -inf
            for items that are not to be recommended; and the tools' answers that it saw.
        targets: [B] right items, or a row of them for each of the times; queries whose target is below 0 or cannot be
            recommended are left out.
        shown: items of an answer that count.
    """
    names = tuple(dict.fromkeys(name for _, evidence in answered for name in evidence))
    rows = np.broadcast_to(targets, (len(answered), np.shape(targets)[-1]))
    parts = [_Part.of(*said, right, names, shown) for said, right in zip(answered, rows, strict=True)]
    parts = [part for part in parts if len(part.targets)]
    if not parts or not names:
        return EvidenceTrust()
    features = np.concatenate([part.shows.features for part in parts])
    size = np.sqrt((features**2).mean(axis=0)) if len(features) else np.zeros(features.shape[1])
    scale = np.where(size > 0, size, 1.0)  # of a tool that shows nothing
    own, weights = _maximise(parts, scale)
    on_listed, on_height = np.split(weights / scale, 2)
    return EvidenceTrust(
        own=own,
        listed=dict(zip(names, on_listed.tolist(), strict=True)),
        height=dict(zip(names, on_height.tolist(), strict=True)),
        queries=sum(len(part.targets) for part in parts),
    )


@dataclass(frozen=True, slots=True, eq=False)
class _Part:
    """Queries whose target can be recommended, with what the model and the tools say of them."""

    log_probs: NDArray[np.float32]
    targets: IntArray
    shows: _Shows

    @classmethod
    def of(
        cls, log_probs: NDArray[np.float32], evidence: Mapping[str, ScoredItems], targets: IntArray,
        names: Sequence[str], shown: int,
    ) -> _Part:  # fmt: skip
        possible = np.isfinite(log_probs[np.arange(len(targets)), np.maximum(targets, 0)])
        kept = np.flatnonzero((targets >= 0) & possible)
        answers = {column: evidence[name] for column, name in enumerate(names) if name in evidence}
        return cls(log_probs[kept], targets[kept], _Shows.of(log_probs[kept], answers, len(names), kept, shown))


@dataclass(frozen=True, slots=True, eq=False)
class _Shows:
    """Every item that some tool shows in some query, once: its row, its code, and [M, 2 * tools] listed and heights."""

    rows: IntArray
    items: IntArray
    features: FloatArray

    @classmethod
    def of(
        cls, log_probs: NDArray[np.float32], answers: Mapping[int, ScoredItems], tools: int, kept: IntArray, shown: int
    ) -> _Shows:
        n_items = log_probs.shape[1]
        keys, columns, values = [np.empty(0, np.int64)], [np.empty(0, np.int64)], [np.empty(0)]
        for column, answer in answers.items():
            rows, items, heights = listed(answer, shown, n_items)
            places = np.searchsorted(kept, rows)
            places = np.where(np.isin(rows, kept), places, -1)
            chosen = np.flatnonzero(places >= 0)
            chosen = chosen[np.isfinite(log_probs[places[chosen], items[chosen]])]
            keys.append(places[chosen] * n_items + items[chosen])
            columns.append(np.full(len(chosen), column))
            values.append(heights[chosen])
        pairs, place = np.unique(np.concatenate(keys), return_inverse=True)
        features = np.zeros((len(pairs), 2 * tools))
        tool = np.concatenate(columns)
        features[place.ravel(), tool] = 1.0
        features[place.ravel(), tools + tool] = np.concatenate(values)
        return cls(pairs // n_items, pairs % n_items, features)


def _maximise(parts: Sequence[_Part], scale: FloatArray) -> tuple[float, FloatArray]:
    """Return the exponent and the weights of the features divided by `scale`."""
    losses = [_part_loss(part, scale) for part in parts]
    theta = torch.zeros(1 + len(scale), dtype=torch.float64, requires_grad=True)
    optimizer = torch.optim.LBFGS([theta], max_iter=100, line_search_fn="strong_wolfe")

    def closure() -> torch.Tensor:
        optimizer.zero_grad()
        loss = torch.stack([loss(theta) for loss in losses]).sum() + (theta**2).sum() / 2
        loss.backward()  # type: ignore[no-untyped-call]
        return loss

    optimizer.step(closure)  # type: ignore[no-untyped-call]
    found = theta.detach().numpy()
    return float(1.0 + found[0]), found[1:]


def _part_loss(part: _Part, scale: FloatArray) -> Callable[[torch.Tensor], torch.Tensor]:
    """Return the negative log-likelihood of the targets as a function of (exponent - 1, weights)."""
    log_probs, shows, queries = part.log_probs, part.shows, np.arange(len(part.targets))
    whole = torch.from_numpy(np.where(np.isfinite(log_probs), log_probs, np.float32(-1e9)))
    right = torch.from_numpy(log_probs[queries, part.targets].astype(np.float64))
    told = torch.from_numpy(log_probs[shows.rows, shows.items].astype(np.float64))
    rows, x = torch.from_numpy(shows.rows), torch.from_numpy(shows.features / scale)
    hit = torch.from_numpy(part.targets[shows.rows] == shows.items)

    def loss(theta: torch.Tensor) -> torch.Tensor:
        own, lift = 1.0 + theta[0], x @ theta[1:]
        total = torch.logsumexp(own.float() * whole, dim=1).double()
        more = torch.zeros_like(total).index_add(0, rows, torch.exp(own * told - total[rows]) * torch.expm1(lift))
        return (total + torch.log1p(more.clamp(min=-1 + 1e-9)) - own * right).sum() - lift[hit].sum()

    return loss
