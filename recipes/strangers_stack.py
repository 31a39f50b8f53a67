"""Route between two models that know nothing of us; needs rr-planner, implicit and scikit-learn."""

import sys
from collections.abc import Mapping
from typing import Any

import numpy as np
from implicit.als import AlternatingLeastSquares  # type: ignore[import-not-found,import-untyped,unused-ignore]
from scipy.sparse import csr_matrix  # type: ignore[import-untyped,unused-ignore]
from sklearn.naive_bayes import MultinomialNB  # type: ignore[import-untyped,unused-ignore]

import rr_planner as rr

N, K = 200, 5  # items, length of a list
PAST, KNOWN, NEW = np.arange(3000).reshape(3, 1000)  # three lots of users
rng = np.random.default_rng(0)
job = np.eye(8)[rng.integers(8, size=3000)]  # [user, 8] what ALS cannot see
taste = np.array([rng.dirichlet(row) for row in 0.05 + 0.5 * job]) @ rng.dirichlet(np.full(N, 0.05), 8)
seen = np.array([np.bincount(rng.choice(N, rng.geometric(0.1) - 1, p=row), minlength=N) for row in taste])
target = np.array([rng.choice(N, p=row) for row in taste])  # what each user takes next
counts, horizon = csr_matrix(seen, dtype=np.float64), rr.evidence_horizon(seen.sum(1))
als = AlternatingLeastSquares(16, random_state=0, num_threads=1)
als.fit(counts[PAST], show_progress=False)
bayes = MultinomialNB(alpha=0.1).fit(job[PAST], target[PAST])
sure: dict[str, Any] = {"als": lambda raw: np.clip(raw, 0, 1), "bayes": lambda raw: raw}  # not calibrated yet


def light(queries: rr.QueryBatch, k: int) -> Any:
    """Rank by the model of `implicit`, as sure as its best score is high."""
    items, scores = als.recommend(queries.users, counts[queries.users], k, False, recalculate_user=True)
    return rr.Ranking(items.astype(np.int64), scores, sure["als"](scores[:, 0]))


def heavy(queries: rr.QueryBatch, k: int, evidence: Mapping[str, Any] | None) -> Any:
    """Rank by the classifier of scikit-learn, together with the evidence where there is any."""
    own = rr.Ranking.from_scores(bayes.predict_proba(job[queries.users]), k)
    own = rr.Ranking(bayes.classes_[own.items], own.scores, sure["bayes"](own.scores[:, 0]))
    fused = rr.reciprocal_rank_fusion([own, *evidence.values()], k) if evidence else own
    return rr.Ranking(fused.items, fused.scores, own.confidence)


def ask(users: np.ndarray[Any, Any]) -> rr.QueryBatch:
    """Return the queries of some users, whose histories both models know."""
    return rr.QueryBatch.of(ids=users, users=users, histories=[[]] * len(users), evidence_horizon=horizon[users])


one, two, both = light(ask(KNOWN), K), heavy(ask(KNOWN), K, None), heavy(ask(KNOWN), K, {"als": light(ask(KNOWN), K)})
hits = [(answer.items == target[KNOWN, None]).any(1) for answer in (one, two, both)]  # the table of outcomes
sure = {"als": rr.Isotonic.fit(one.confidence, hits[0]), "bayes": rr.Isotonic.fit(two.confidence, hits[1])}
tool, own = {"tool_confidence": [sure["als"](one.confidence)], "tool_gain": hits[:1]}, sure["bayes"](two.confidence)
known: dict[str, Any] = {**tool, "reasoner_confidence": own, "reasoner_gain": hits[1], "both_gain": hits[2]}
found = rr.calibrate_bands(evidence_horizon=horizon[KNOWN], **known, costs=rr.Costs(0.1, 1.0, 1.1), budget=0.6)
models: dict[str, Any] = {"tools": [rr.FunctionTool("als", light)], "reasoner": rr.FunctionReasoner("bayes", heavy)}
answers = rr.Planner(**models, policy=found.policy, last_resort=np.argsort(-seen[PAST].sum(0))).answer(ask(NEW), K)
served = (answers.ranking.items, light(ask(NEW), K).items, heavy(ask(NEW), K, None).items)
rates = [f"{(items == target[NEW, None]).any(1).mean():.3f}" for items in served]
sys.stdout.write(f"{rr.explain(answers[0])}\nHR@{K}: routed {rates[0]}, als {rates[1]}, bayes {rates[2]}\n")
