"""The same tool in torch, eagerly: `python -m recipes.bench.tools_speed_torch TOOL QUERIES SERVED OUT`.

Compares what was served with what torch computes, then times both on batches of 256, one after the other and again, so
that other work on the machine disturbs both alike; processor time counts. Torch does what a person would write: the
network as it was trained, a state at every position of padded rows; -inf for seen items; `torch.topk`; and what the
confidence is computed from, as the runtime answers with it too: a softmax over the catalogue (for neighbours, shares of
the sum).
"""

from __future__ import annotations

import json
import time
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
import typer
from numpy.typing import NDArray
from safetensors.numpy import load

from recipes.bench.tools_speed_queries import TOP, part, read_queries
from rr_tools import HistoryQueries, RuntimeTool, load_tool
from rr_tools.artifact import WEIGHTS_FILE, Artifact, read_artifact
from rr_tools.export.rebuilt import rebuild
from rr_tools.runtime.queries import Histories

BATCH = 256
ROUNDS = 40
NEAR = 1e-4
Score = Callable[[HistoryQueries, Histories], torch.Tensor]


def compare(tool_folder: Path, queries_file: Path, served_file: Path, out: Path) -> None:
    """Write the largest difference, rows with the same ten first items, and queries a second of both."""
    torch.set_num_threads(1)
    artifact, queries = read_artifact(tool_folder), read_queries(queries_file)
    tool = load_tool(tool_folder, threads=1)
    score = eager_scores(artifact)
    if score is None:
        out.write_text(json.dumps({}), encoding="utf-8")
        return
    eager = Eager(score, weights=artifact.card.scorer == "neighbors")
    served = np.load(served_file)
    scores, items = _ranked(eager, queries, tool.n_items)
    masked = np.isneginf(served["scores"]) & np.isneginf(scores)
    differences = np.abs(np.where(masked, 0.0, served["scores"]) - np.where(masked, 0.0, scores))
    same = (served["items"] == items).all(axis=1)
    rates = BATCH / _seconds(tool, eager, part(queries, slice(0, BATCH)))
    report = {
        "largest_difference": float(differences.max()),
        "same_top": int(same.sum()),
        "near_ties": int(_near_ties(served["scores"], served["items"], items)[~same].sum()),
        "rows": len(same),
        "runtime_per_second": rates[0],
        "eager_per_second": rates[1],
        "eager_ranking_per_second": rates[2],
    }
    out.write_text(json.dumps(report), encoding="utf-8")


def eager_scores(artifact: Artifact) -> Score | None:
    """What scores queries in torch, or None where there is nothing to compute."""
    kind = artifact.card.scorer
    if kind == "neighbors":
        return _neighbor_scores(artifact)
    rebuilt = rebuild(artifact) if kind in ("sequence", "user") else None
    if rebuilt is None:
        return None
    module: Any = rebuilt.module
    if kind == "user":
        return lambda queries, _: module(torch.from_numpy(queries.users))
    length = artifact.card.max_length

    def scores(_: HistoryQueries, histories: Histories) -> torch.Tensor:
        rows = torch.from_numpy(histories.last(length))
        lengths = (rows >= 0).sum(dim=1)
        states = module.encoder.states(rows + 1)
        hidden = states[torch.arange(len(rows)), lengths.clamp(min=1) - 1]
        logits: torch.Tensor = hidden @ module.encoder.item_vectors().T
        return torch.where((lengths == 0).unsqueeze(1), module.fallback, logits)

    return scores


def _neighbor_scores(artifact: Artifact) -> Score:
    """The neighbours as a product of sparse matrices."""
    arrays = {name: torch.from_numpy(array) for name, array in load(artifact.file(WEIGHTS_FILE)).items()}
    n_items = artifact.card.n_items
    columns = arrays["indices"].long(), arrays["values"]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # torch says that this is in beta
        neighbors = torch.sparse_csr_tensor(arrays["indptr"], *columns, size=(n_items, n_items))
    weights, popularity = arrays["age_weights"].float(), arrays["popularity"]

    def scores(_: HistoryQueries, histories: Histories) -> torch.Tensor:
        ages = torch.from_numpy(histories.ages())
        recent = ages < len(weights)
        places = torch.from_numpy(np.stack([histories.rows, histories.items]))[:, recent]
        votes = torch.sparse_coo_tensor(places, weights[ages[recent]], (len(histories), n_items))
        sums: torch.Tensor = torch.sparse.mm(votes.coalesce().to_sparse_csr(), neighbors).to_dense()
        return torch.where(sums.any(dim=1, keepdim=True), sums, popularity)

    return scores


@dataclass(frozen=True, slots=True)
class Eager:
    """A tool in torch."""

    score: Score
    weights: bool

    def rank(self, queries: HistoryQueries, n_items: int) -> tuple[torch.Tensor, Any]:
        """Return masked scores [B, n_items] and the ten best of each row."""
        histories = Histories.of(queries.histories, n_items)
        scores = self.score(queries, histories)
        scores[torch.from_numpy(histories.rows), torch.from_numpy(histories.items)] = -torch.inf
        return scores, torch.topk(scores, TOP)

    def top_shares(self, scores: torch.Tensor, best: torch.Tensor) -> torch.Tensor:
        """Return [B, 5] the shares of the first five."""
        if self.weights:
            shares = scores.clamp(min=0.0)
            shares = shares / shares.sum(dim=1, keepdim=True).clamp(min=1e-9)
        else:
            shares = torch.softmax(scores, dim=1)
        return shares.gather(1, best[:, :5])


def _ranked(eager: Eager, queries: HistoryQueries, n_items: int) -> tuple[NDArray[Any], NDArray[Any]]:
    with torch.inference_mode():
        found = [eager.rank(part(queries, slice(f, f + BATCH)), n_items) for f in range(0, len(queries.users), BATCH)]
    scores = np.concatenate([scores.numpy() for scores, _ in found])
    return scores, np.concatenate([best.indices.numpy() for _, best in found])


def _seconds(tool: RuntimeTool, eager: Eager, queries: HistoryQueries) -> NDArray[np.float64]:
    """Least seconds of processor time of the runtime, of torch, and of torch's ranking alone."""
    rounds = []
    for _ in range(ROUNDS):
        started = time.thread_time()
        tool.rank(queries, TOP)
        between = time.thread_time()
        with torch.inference_mode():
            scores, best = eager.rank(queries, tool.n_items)
            ranked = time.thread_time()
            eager.top_shares(scores, best.indices)
        ended = time.thread_time()
        rounds.append((between - started, ended - between, ranked - between))
    least: NDArray[np.float64] = np.array(rounds).min(axis=0)
    return least


def _near_ties(scores: NDArray[Any], served: NDArray[Any], items: NDArray[Any]) -> NDArray[np.bool_]:
    """[B] whether the items of both rankings score the same, place by place, up to the tolerance."""
    mine, theirs = (np.take_along_axis(scores, np.maximum(ranked, 0), axis=1) for ranked in (served, items))
    with np.errstate(invalid="ignore"):
        return np.asarray((np.abs(mine - theirs) <= NEAR).all(axis=1))


if __name__ == "__main__":
    typer.run(compare)
