"""The fusion of the tools' list with the reasoner's own."""

from types import SimpleNamespace

import numpy as np
import pytest

pytest.importorskip("lightgbm", reason="fusions are fitted in the training environment")
pytest.importorskip("trl")

from recipes.bench import middle_way as module
from recipes.bench.middle_way import both_lists, middle_way
from recipes.bench.tool_answers import Asked
from recipes.demo.examples import Examples
from rr_data.interfaces import Sequences
from rr_planner import OutcomeTable, QueryBatch, Ranking

N_ITEMS = 40
DATA = SimpleNamespace(sequences=lambda until: Sequences.of([[0, 1], [2]]), n_items=N_ITEMS)


def asked(size, seed=0):
    """Two lists, each of which knows half of the users."""
    rng = np.random.default_rng(seed)
    targets, knows = rng.integers(N_ITEMS, size=size), rng.random(size) < 0.5
    lists = []
    for known in (knows, ~knows):
        scores = rng.random((size, N_ITEMS))
        scores[np.arange(size), targets] += np.where(known, 0.9, 0.0)
        lists.append(Ranking.from_scores(scores, 20, confidence=np.where(known, 0.9, 0.1)))
    users = np.arange(size)
    queries = QueryBatch.of(users=users, histories=[[]] * size, evidence_horizon=np.ones(size))
    examples = Examples(users, tuple(np.empty(0, dtype=np.int64) for _ in range(size)), targets)
    return both_lists(Asked(examples, queries, {}), *lists)


def table(of):
    hits = [(one.items[:, :5] == of.examples.targets[:, None]).any(1) for one in of.answers.values()]
    return OutcomeTable.of(
        evidence_horizon=np.ones(len(of)),
        tool_confidence=of.answers["fused"].confidence[None],
        tool_gain=hits[0][None],
        reasoner_confidence=of.answers["own"].confidence,
        reasoner_gain=hits[1],
        both_gain=hits[0] | hits[1],
        users=of.examples.users,
    )


def test_it_is_better_than_either_list_on_users_fitted_on_and_on_others():
    lists = asked(3000)
    before = table(lists)
    found = middle_way(before, lists, DATA, seed=0)
    for half in range(2):
        rows = before.folds(2, 0) == half
        assert found.reasoner[rows].mean() > max(before.selected[rows].mean(), before.reasoner[rows].mean()) + 0.02
    assert found.both.tolist() == before.both.tolist()
    assert np.isfinite(found.signals.reasoner_confidence).all()


def test_nobody_is_answered_by_a_fusion_that_was_fitted_on_him(monkeypatch):
    lists, fitted_on = asked(3000), []

    def fitted(some, data):
        fitted_on.append(set(some.examples.users.tolist()))
        return fitted_on[-1]

    def fuse(fusion, some, k):
        assert not fusion & set(some.examples.users.tolist())
        return some.answers["fused"]

    monkeypatch.setattr(module, "fitted", fitted)
    monkeypatch.setattr(module, "fuse", fuse)
    before = table(lists)
    middle_way(before, lists, DATA, seed=0)
    assert set.union(*fitted_on) == set(before.users[before.folds(2, 0) == 0].tolist())


def test_too_few_queries_have_no_middle_way():
    lists = asked(120)
    assert middle_way(table(lists), lists, DATA, seed=0) is None
