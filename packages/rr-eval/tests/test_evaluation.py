"""Evaluation of a whole table."""

import json

import numpy as np
import pytest

from rr_eval import InvalidArgumentError, InvalidPredictionsError, Predictions, UnknownNameError, evaluate


def test_hand_computed_table(make_predictions):
    good = make_predictions([["t", "a"], ["a", "t"], ["a", "b"], ["t", "b"]], ["t"] * 4, system="good")
    bad = make_predictions(
        [["a", "b"]] * 4, ["t"] * 4, system="bad", latency_ms=[1, 2, 3, None], tools_used=[["x"]] * 4
    )
    found = evaluate(Predictions.concat([good, bad]), metrics=["HR@2", "ndcg@2", "MRR@2"], seed=0)
    assert found.systems == ("good", "bad")
    assert found.score("good", "HR@2").value == 0.75
    assert found.score("good", "NDCG@2").value == pytest.approx((2 + 1 / np.log2(3)) / 4)
    assert found.score("good", "MRR@2").value == pytest.approx(0.625)
    assert found.score("bad", "HR@2").value == 0
    assert (found.costs["bad"].latency_ms, found.costs["bad"].flops, found.costs["bad"].tool_use_rate) == (2, None, 1)
    assert found.costs["good"].tool_use_rate is None
    assert found.notes == ()
    assert json.loads(json.dumps(found.as_dict(), allow_nan=False))["systems"][0]["metrics"]["HR@2"]["value"] == 0.75


def test_the_same_seed_gives_the_same_evaluation(routed):
    first, second = evaluate(routed, seed=3), evaluate(routed, seed=3)
    assert first.scores == second.scores
    assert first.scores != evaluate(routed, seed=4).scores


def test_ties_change_the_result(make_predictions):
    table = make_predictions([["a", "t"]], ["t"], scores=[[1.0, 1.0]])
    values = {
        ties: evaluate(table, metrics=["HR@1"], seed=0, ties=ties).score("tool", "HR@1").value
        for ties in ("middle", "optimistic", "pessimistic")
    }
    assert values == {"middle": 0, "optimistic": 1, "pessimistic": 0}


def test_lists_that_end_too_early_are_noted(make_predictions):
    table = make_predictions([["a", "b"], ["t"], ["a"]], ["t"] * 3, n_ahead=[None, None, 3], n_tied=[None, None, 0])
    assert evaluate(table, metrics=["HR@2"], seed=0).notes == ()
    (note,) = evaluate(table, metrics=["HR@5"], seed=0).notes
    assert note.startswith("HR@5 of tool: 1 lists end before place 5")


def test_systems_on_different_queries_are_noted(make_predictions):
    parts = [make_predictions([["a"]], ["a"]), make_predictions([["a"]], ["a"], system="x", query_id=["other"])]
    assert "different queries" in evaluate(Predictions.concat(parts), metrics=["HR@1"], seed=0).notes[0]


def test_tasks_are_never_mixed(make_predictions):
    both = Predictions.concat([make_predictions([["a"]], ["a"]), make_predictions([["a"]], ["b"], task="direct")])
    with pytest.raises(InvalidArgumentError, match="a table with sequential, direct; expected a choice"):
        evaluate(both, metrics=["HR@1"], seed=0)
    assert evaluate(both, metrics=["HR@1"], seed=0, task="direct").score("tool", "HR@1").value == 0
    with pytest.raises(InvalidArgumentError, match="received HR@1 for the task ctr; expected some of AUC, GAUC"):
        evaluate(make_predictions([["a"]], ["a"], task="ctr", scores=[[0.5]], label=[1]), metrics=["HR@1"], seed=0)


def test_an_empty_table_is_refused(make_predictions):
    with pytest.raises(InvalidPredictionsError, match="no rows"):
        evaluate(make_predictions([], []), seed=0)


def test_unknown_cells_are_refused(routed):
    found = evaluate(routed, seed=0)
    with pytest.raises(UnknownNameError, match="unknown system 'agnt': did you mean 'agent'"):
        found.score("agnt", "HR@5")
    with pytest.raises(UnknownNameError, match="unknown metric 'HR@9'"):
        found.score("agent", "HR@9")
