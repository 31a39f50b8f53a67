"""The tools' learned fusion as one more answer that the reasoner reads, honest where it is learned from."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from recipes.bench.tool_answers import Asked
from rr_data.interfaces import PreparedDataset
from rr_planner import LearnedFusion, Ranking, fit_fusion

FUSED = "fused"
FITTED = "fusion-of-honest.json"
"""Where the fusion that all may be learned from was fitted on is kept, among the tools."""
REACH = 300
"""How long the tools' lists are: the fusion reads them so far down."""
FOLDS, SEED = 3, 0
POPULARITY = "log_popularity"


def cross_fused(asked: Asked, data: PreparedDataset, file: Path, *, k: int) -> Asked:
    """Add what a fusion answers that was fitted on two users in three, the others: nearly as good as one of all.

    Args:
        asked: with the tools' answers to items that they did not learn from; of a user all or none are fitted on.
        data: the dataset.
        file: where what was fused is kept.
        k: length of its lists.
    """
    if not file.exists():
        fold = np.random.default_rng(SEED).integers(FOLDS, size=data.n_users)[asked.examples.users]
        items, scores = np.empty((len(asked), k), dtype=np.int64), np.empty((len(asked), k))
        for part in range(FOLDS):
            rows, others = np.flatnonzero(fold == part), np.flatnonzero(fold != part)
            fused = fuse(fitted(asked.take(others), data), asked.take(rows), k=k)
            items[rows], scores[rows] = fused.items, fused.scores
        draft = file.with_suffix(".partial.npz")
        np.savez(draft, items=items, scores=scores)
        draft.replace(file)
    with np.load(file) as stored:
        return with_fused(asked, Ranking(stored["items"], stored["scores"]))


def fusion_of(asked: Asked, data: PreparedDataset, file: Path) -> LearnedFusion:
    """Return the fusion that is fitted on all of them, or was and is kept."""
    if not file.exists():
        fitted(asked, data).save(file)
    return LearnedFusion.load(file, catalogue={POPULARITY: log_popularity(data)})


def fitted(asked: Asked, data: PreparedDataset) -> LearnedFusion:
    """Fit a fusion."""
    catalogue = {POPULARITY: log_popularity(data)}
    return fit_fusion(
        asked.answers, asked.queries, asked.examples.targets, catalogue=catalogue, reach=REACH, seed=SEED
    ).fusion


def fuse(fusion: LearnedFusion, asked: Asked, *, k: int) -> Ranking:
    """Answer with a fusion of what the tools that it knows say."""
    known = {name: answer for name, answer in asked.answers.items() if name in fusion.columns.tools}
    return fusion.fuse(known, asked.queries, k)


def with_fused(asked: Asked, answer: Ranking) -> Asked:
    """Add the fusion's answer to the tools'."""
    return replace(asked, answers={**asked.answers, FUSED: answer})


def log_popularity(data: PreparedDataset) -> NDArray[np.float64]:
    """[n_items] of the training part."""
    items = np.asarray(data.sequences(until="train").items, dtype=np.int64)
    return np.log1p(np.bincount(items, minlength=data.n_items))
