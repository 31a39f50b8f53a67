import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rr_planner import (
    BestInHindsight,
    BestOverall,
    InvalidPolicyError,
    InvalidQueryError,
    MostConfident,
    RandomTool,
    Selection,
    Signals,
)

NAMES = ("a", "b", "c")
NAN = float("nan")


def signals(confidence, names=NAMES, horizon=None, ids=None):
    table = np.asarray(confidence, dtype=float).reshape(len(names), -1)
    size = table.shape[1]
    unknown = np.full(size, NAN)
    return Signals(
        ids=np.arange(size) if ids is None else np.asarray(ids),
        evidence_horizon=np.zeros(size) if horizon is None else np.asarray(horizon, dtype=float),
        tool_names=names,
        tool_confidence=table,
        delegate=np.full(size, -1),
        agreement=unknown,
        reasoner_confidence=unknown,
    )


def test_most_confident_with_ties_gaps_and_failures():
    known = signals([[0.2, 0.5, NAN, NAN, NAN], [0.7, 0.5, 0.0, NAN, NAN], [0.9, 0.1, NAN, NAN, NAN]])
    answered = np.array([[1, 1, 1, 0, 0], [1, 1, 1, 1, 0], [0, 1, 1, 1, 0]], dtype=bool)
    assert MostConfident().select(known, answered).tolist() == [1, 0, 1, 1, -1]
    assert MostConfident().required(NAMES) == NAMES
    nobody = Signals(np.arange(2), np.zeros(2), (), np.empty((0, 2)), np.full(2, -1), np.zeros(2), np.zeros(2))
    assert MostConfident().select(nobody, np.empty((0, 2), dtype=bool)).tolist() == [-1, -1]


def test_best_overall_asks_nobody_else():
    answered = np.array([[1, 1], [1, 0], [1, 1]], dtype=bool)
    selection = BestOverall("b")
    assert selection.required(NAMES) == ("b",)
    assert selection.select(signals(np.zeros((3, 2))), answered).tolist() == [1, -1]
    with pytest.raises(InvalidPolicyError, match="'z'"):
        BestOverall("z").required(NAMES)


def test_random_tool_is_fair_and_does_not_hang_on_the_batch():
    known = signals(np.zeros((3, 3000)))
    answered = np.ones((3, 3000), dtype=bool)
    answered[1, :1000] = False
    drawn = RandomTool().select(known, answered)
    assert not (drawn[:1000] == 1).any()
    assert np.allclose(np.bincount(drawn[1000:]) / 2000, 1 / 3, atol=0.05)
    assert RandomTool().select(known.take([2500]), answered[:, [2500]])[0] == drawn[2500]
    assert RandomTool(seed=1).select(known, answered).tolist() != drawn.tolist()
    answered[:] = False
    assert (RandomTool().select(known, answered) == -1).all()


def test_best_in_hindsight_is_the_bound():
    gains = [[0.0, 1.0, 0.5], [1.0, 1.0, 0.0], [0.0, 0.0, 0.7]]
    oracle = BestInHindsight.from_gains(["x", "y", "z"], NAMES, gains)
    known, everybody = signals(np.zeros((3, 3)), ids=["x", "y", "z"]), np.ones((3, 3), dtype=bool)
    assert oracle.select(known, everybody).tolist() == [1, 0, 2]
    with pytest.raises(InvalidQueryError, match="'w'"):
        oracle.select(signals(np.zeros((3, 1)), ids=["w"]), everybody[:, :1])


fraction = st.one_of(st.just(NAN), st.floats(0, 1))


@given(st.lists(st.tuples(fraction, fraction, fraction, st.booleans(), st.booleans(), st.booleans()), max_size=6))
def test_a_query_does_not_hang_on_the_others(rows):
    known = signals(np.array([row[:3] for row in rows], dtype=float).reshape(-1, 3).T)
    answered = np.array([row[3:] for row in rows], dtype=bool).reshape(-1, 3).T
    order = np.random.default_rng(0).permutation(len(rows))
    for selection in (MostConfident(), RandomTool()):
        assert isinstance(selection, Selection)
        chosen = selection.select(known, answered)
        assert all(place == -1 or answered[place, row] for row, place in enumerate(chosen.tolist()))
        assert selection.select(known.take(order), answered[:, order]).tolist() == chosen[order].tolist()
