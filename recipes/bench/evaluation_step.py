"""One measured step of the bench `evaluation`: `python -m recipes.bench.evaluation_step NAME ...`, used by it alone.

The steps import nothing of ours but what they measure, so that ranx can be measured in an environment of its own.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from recipes.bench.measure import report

QUERIES, CANDIDATES, CUTS = 200_000, 100, (5, 10)


def rankings(n_queries: int) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    """Scores [N, C] and the column [N] of the target, which scores somewhat higher than the rest."""
    rng = np.random.default_rng(0)
    scores = rng.normal(size=(n_queries, CANDIDATES)).astype(np.float32)
    targets = rng.integers(0, CANDIDATES, n_queries)
    scores[np.arange(n_queries), targets] += np.float32(1.5)
    return scores, targets


def rr_eval_step() -> Callable[[], object]:
    """From scores to HR and NDCG at both cuts."""
    from rr_eval import hit_rate, ndcg, ranks_of_targets  # noqa: PLC0415

    scores, targets = rankings(QUERIES)

    def step() -> list[float]:
        ranks = ranks_of_targets(scores, targets)
        return [float(metric(ranks, k=k).mean()) for metric in (hit_rate, ndcg) for k in CUTS]

    return step


def table_step() -> Callable[[], object]:
    """From a predictions table in memory, ranked lists of item names, to the same four numbers."""
    from rr_eval import Predictions, hit_rate, ndcg, target_ranks  # noqa: PLC0415

    scores, targets = rankings(QUERIES)
    names = np.char.add("item", np.arange(CANDIDATES).astype(str))
    order = np.argsort(-scores, axis=1)
    table = Predictions.from_columns(
        query_id=[str(query) for query in range(QUERIES)],
        user_id=[str(query) for query in range(QUERIES)],
        task="direct",
        system="scores",
        items=list(names[order]),
        scores=list(np.take_along_axis(scores, order, axis=1)),
        target=names[targets],
    )

    def step() -> list[float]:
        ranks = target_ranks(table).ranks
        return [float(metric(ranks, k=k).mean()) for metric in (hit_rate, ndcg) for k in CUTS]

    return step


def ranx_step() -> Callable[[], object]:
    """From a run that was built, compiled for and sorted before to the same four numbers."""
    import ranx  # type: ignore[import-not-found]  # noqa: PLC0415

    metrics = [f"{name}@{k}" for name in ("hit_rate", "ndcg") for k in CUTS]
    scores, targets = rankings(QUERIES)
    items = [str(item) for item in range(CANDIDATES)]
    qrels = ranx.Qrels({str(q): {items[target]: 1} for q, target in enumerate(targets.tolist())})
    lists = {str(q): dict(zip(items, row, strict=True)) for q, row in enumerate(scores.astype(float).tolist())}
    run = ranx.Run(lists)

    def step() -> object:
        return ranx.evaluate(qrels, run, metrics)

    step()
    return step


def torchmetrics_step() -> Callable[[], object]:
    """From flat tensors to the same four numbers."""
    import torch  # noqa: PLC0415
    from torchmetrics.retrieval import RetrievalHitRate, RetrievalNormalizedDCG  # noqa: PLC0415

    scores, targets = rankings(QUERIES)
    relevant = torch.zeros(scores.shape, dtype=torch.bool)
    relevant[torch.arange(QUERIES), torch.from_numpy(targets)] = True
    queries = torch.arange(QUERIES).repeat_interleave(CANDIDATES)
    flat, wanted = torch.from_numpy(scores).flatten(), relevant.flatten()

    def step() -> list[float]:
        metrics = [kind(top_k=k) for kind in (RetrievalHitRate, RetrievalNormalizedDCG) for k in CUTS]
        for metric in metrics:
            metric.update(flat, wanted, queries)
        return [float(metric.compute()) for metric in metrics]

    return step


def stream_step(path: Path) -> Callable[[], object]:
    """Score a predictions file that is read piece by piece, and compare its systems."""
    from rr_eval import PredictionsFile, compare, evaluate  # noqa: PLC0415

    def step() -> object:
        evaluation = evaluate(PredictionsFile(path), metrics=["HR@5", "NDCG@5", "HR@10", "NDCG@10"], seed=0)
        return compare(evaluation, reference="a").best

    return step


if __name__ == "__main__":
    name, *rest = sys.argv[1:]
    steps = {"rr-eval": rr_eval_step, "table": table_step, "ranx": ranx_step, "torchmetrics": torchmetrics_step}
    report(stream_step(Path(rest[0])) if name == "stream" else steps[name]())
