"""The same 1,000 random queries in other libraries: short and empty lists, one to eight relevant items, no ties.

Where a library means something else by a metric, the test converts by that difference, which `docs/results/eval.md`
explains.
"""

import numpy as np
import pytest

from rr_eval import average_precision, hit_rate, mrr, ndcg, precision, ranks_of_relevant, recall

N, ITEMS, K = 1000, 30, (1, 5, 10)


@pytest.fixture(scope="module")
def cases():
    """Scores [N, I] with -inf beyond short or empty lists, and relevant items [N, I], listed or not."""
    rng = np.random.default_rng(0)
    scores = rng.permuted(np.tile(np.arange(ITEMS, dtype=np.float64), (N, 1)), axis=1)
    lengths = rng.choice([0, 1, 3, 7, 12, ITEMS], N)
    scores[scores < ITEMS - lengths[:, None]] = -np.inf
    counts = rng.integers(1, 9, N)
    relevant = rng.permuted(np.arange(ITEMS) < np.zeros((N, 1)) + counts[:, None], axis=1)
    return scores, relevant


def ours(name, cases, k):
    functions = {
        "hit": hit_rate, "recall": recall, "precision": precision, "mrr": mrr, "map": average_precision, "ndcg": ndcg,
    }  # fmt: skip
    return functions[name](*ranks_of_relevant(*cases), k=k)


@pytest.mark.parametrize("name", ["hit", "recall", "precision", "mrr", "map", "ndcg"])
def test_ranx(name, cases):
    ranx = pytest.importorskip("ranx")
    scores, relevant = cases
    ids = [f"q{row:04d}" for row in range(N)]
    wanted = {q: {f"d{i}": 1 for i in np.flatnonzero(row)} for q, row in zip(ids, relevant, strict=True)}
    listed = {
        q: {f"d{i}": float(row[i]) for i in np.flatnonzero(np.isfinite(row))}
        for q, row in zip(ids, scores, strict=True)
        if np.isfinite(row).any()
    }
    qrels, run = ranx.Qrels(wanted), ranx.Run(listed)
    for k in K:
        theirs = {"hit": "hit_rate"}.get(name, name) + f"@{k}"
        found = ranx.evaluate(qrels, run, theirs, return_mean=False, make_comparable=True)
        expected = ours(name, cases, k)
        if name == "map":  # ranx divides by all relevant items, not by as many as fit into k
            expected = expected * np.minimum(relevant.sum(axis=1), k) / relevant.sum(axis=1)
        assert found == pytest.approx(expected, abs=1e-9)


@pytest.mark.parametrize("name", ["hit", "recall", "precision", "mrr", "map", "ndcg"])
def test_recbole(name, cases, monkeypatch):
    metrics = pytest.importorskip("recbole.evaluator.metrics")
    monkeypatch.setattr(np, "float", float, raising=False)  # RecBole's Config does the same
    scores, relevant = cases
    order = np.argsort(-scores, axis=1)[:, : max(K)]
    hits = np.take_along_axis(relevant & np.isfinite(scores), order, axis=1)
    metric = {"hit": "Hit", "recall": "Recall", "precision": "Precision", "mrr": "MRR", "map": "MAP", "ndcg": "NDCG"}
    theirs = getattr(metrics, metric[name])({"topk": list(K), "metric_decimal_place": 12})
    found = theirs.metric_info(hits, relevant.sum(axis=1)) if name in ("recall", "map", "ndcg") else None
    found = theirs.metric_info(hits) if found is None else found
    for k in K:
        assert found[:, k - 1] == pytest.approx(ours(name, cases, k), abs=1e-9)


@pytest.mark.parametrize("name", ["hit", "recall", "precision", "mrr", "map", "ndcg"])
def test_torchmetrics(name, cases):
    torch = pytest.importorskip("torch")
    functional = pytest.importorskip("torchmetrics.functional.retrieval")
    theirs = {
        "hit": "hit_rate", "recall": "recall", "precision": "precision", "mrr": "reciprocal_rank",
        "map": "average_precision", "ndcg": "normalized_dcg",
    }[name]  # fmt: skip
    scores, relevant = cases
    # torchmetrics knows only what is listed, and takes an item with a score of 0 or less for not relevant.
    scores = np.where(np.isfinite(scores), scores + ITEMS, ITEMS - np.arange(ITEMS))
    for k in (1, 10):
        expected = ours(name, (scores, relevant), k)
        ranks, offsets = ranks_of_relevant(scores, relevant)
        if name == "map":  # torchmetrics divides by the relevant items it found, not by as many as fit into k
            found_in_k = recall(ranks, offsets, k=k) * relevant.sum(axis=1)
            expected = expected * np.minimum(relevant.sum(axis=1), k) / np.maximum(found_in_k, 1)
        rows = range(0, N, 5)  # it takes one query at a time
        found = [
            getattr(functional, f"retrieval_{theirs}")(
                torch.tensor(scores[row]), torch.tensor(relevant[row]), top_k=k
            ).item()
            for row in rows
        ]
        assert found == pytest.approx(expected[list(rows)], abs=2e-7)  # its sums are float32
