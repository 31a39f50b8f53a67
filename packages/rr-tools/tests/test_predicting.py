from __future__ import annotations

import numpy as np
import pytest

from rr_tools import HistoryQueries, load_tool, predicting, train
from rr_tools.asked_queries import AskedQueries
from rr_tools.ensembles import MajorityVote
from rr_tools.predicting import predictions
from rr_tools.validation import target_ranks


@pytest.fixture
def asked(ring):
    users = np.arange(30)
    queries = HistoryQueries(users, [ring.sequence(user) for user in users])
    targets = np.array(ring.validation[:30])
    targets[4], targets[5] = -1, ring.sequence(5)[0]  # unknown; in the history
    return AskedQueries(
        ids=[f"q{user}" for user in users],
        user_ids=[f"u{user}" for user in users],
        queries=queries,
        targets=targets,
        target_ids=[None if target < 0 else f"i{target}" for target in targets],
        item_ids=[f"i{item}" for item in range(ring.n_items)],
    )


def test_rows_hold_the_ranking_and_the_exact_rank(transition_artifact, asked, monkeypatch):
    monkeypatch.setattr(predicting, "QUERIES_PER_BATCH", 7)
    tool = load_tool(transition_artifact)
    batches = list(predictions(tool, asked, k=4, task="sequential"))
    assert [len(batch) for batch in batches] == [7, 7, 7, 7, 2]
    rows = [row for batch in batches for row in batch]
    ranking, ranks = tool.rank(asked.queries, 4), target_ranks(tool.scores(asked.queries), np.maximum(asked.targets, 0))
    for number, row in enumerate(rows):
        assert (row["query_id"], row["user_id"], row["system"]) == (f"q{number}", f"u{number}", "item-transition")
        assert row["items"] == [f"i{item}" for item in ranking.items[number]]
        assert row["scores"] == ranking.scores[number].tolist()
        assert row["confidence"] == ranking.confidence[number]
        assert (row["tools_used"], row["route"], row["group"]) == (["item-transition"], None, None)
        assert row["latency_ms"] > 0
        if number not in (4, 5):
            assert row["n_ahead"] + 1 + row["n_tied"] / 2 == ranks[number]
    assert (rows[4]["target"], rows[4]["n_ahead"], rows[4]["n_tied"]) == (None, None, None)
    rankable = np.isfinite(tool.scores(asked.queries)[5]).sum()
    assert (rows[5]["n_ahead"], rows[5]["n_tied"]) == (rankable, 0)


def test_an_ensemble_has_no_exact_rank(transition_artifact, asked, ring, tmp_path):
    tools = [load_tool(transition_artifact), load_tool(train("popularity", ring, out=tmp_path / "popularity"))]
    (rows,) = predictions(MajorityVote(tools, depth=3), asked, k=4, task="direct")
    assert {row["task"] for row in rows} == {"direct"}
    assert {(row["system"], row["n_ahead"], row["n_tied"], row["confidence"]) for row in rows} == {
        ("majority-vote", None, None, None)
    }
    assert rows[0]["tools_used"] == ["item-transition", "popularity"]


def test_without_ids_codes_are_named(transition_artifact, make_queries):
    queries = make_queries([[1], []])
    asked = AskedQueries(
        ids=["0", "1"], user_ids=["", ""], queries=queries, targets=np.array([-1, -1]), target_ids=[None, None]
    )
    (rows,) = predictions(load_tool(transition_artifact), asked, k=30, task="sequential")
    assert set(rows[0]["items"]) == {str(item) for item in range(20)} - {"1"}  # padding is left out
    assert len(rows[1]["items"]) == 20
