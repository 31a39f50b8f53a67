"""The reasoner's lists, kept."""

from types import SimpleNamespace

import numpy as np
import pytest

pytest.importorskip("trl", reason="the recipes run in the training environment")

from recipes.bench import kept_lists as module
from recipes.bench.kept_lists import first_of, kept_lists
from recipes.bench.tool_answers import Asked
from recipes.demo.examples import Examples
from rr_planner import QueryBatch, Ranking


def asked(size):
    users = np.arange(size)
    queries = QueryBatch.of(users=users, histories=[[]] * size, evidence_horizon=np.zeros(size))
    answers = {"bpr": Ranking(np.stack([users, users + 1], axis=1), np.tile([0.9, 0.1], (size, 1)))}
    return Asked(Examples(users, tuple(queries.histories), users), queries, answers)


@pytest.mark.parametrize("reads", [False, True])
def test_every_query_is_asked_once_with_its_own_evidence(tmp_path, monkeypatch, reads):
    monkeypatch.setattr(module, "USERS_AT_ONCE", 50)
    sizes = []

    def deliberate(queries, k, evidence):
        sizes.append(len(queries))
        assert list(evidence) == ["bpr"] * reads
        assert all(answer.items[:, 0].tolist() == queries.users.tolist() for answer in evidence.values())
        return Ranking(np.stack([queries.users] * k, axis=1), np.zeros((len(queries), k)))

    reasoner, whole, file = SimpleNamespace(deliberate=deliberate), asked(120), tmp_path / "lists.npz"
    evidence = first_of(whole.answers, 1) if reads else None
    first, again = (kept_lists(reasoner, whole, file, k=3, evidence=evidence) for _ in range(2))
    assert sizes == [50, 50, 20]
    assert first.items.tolist() == again.items.tolist() == [[user] * 3 for user in range(120)]
