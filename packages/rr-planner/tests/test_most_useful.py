import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rr_planner import InvalidPolicyError, InvalidQueryError, MostUseful, Selection, Signals, Trees

NAMES = ("a", "b", "c")
NAN = float("nan")


def signals(confidence, horizon=None, features=None):
    table = np.asarray(confidence, dtype=float).reshape(len(NAMES), -1)
    size = table.shape[1]
    return Signals(
        ids=np.arange(size),
        evidence_horizon=np.zeros(size) if horizon is None else np.asarray(horizon, dtype=float),
        tool_names=NAMES,
        tool_confidence=table,
        delegate=np.full(size, -1),
        agreement=np.full(size, NAN),
        reasoner_confidence=np.full(size, NAN),
        features={name: np.asarray(values) for name, values in (features or {}).items()},
    )


def stump(feature, threshold, low, high):
    return Trees(
        features=(feature,),
        root=[0],
        feature=[0, -1, -1],
        threshold=[threshold, 0.0, 0.0],
        left=[1, -1, -1],
        right=[2, -1, -1],
        missing_left=[True, False, False],
        value=[0.0, low, high],
    )


USEFUL = MostUseful({"a": stump("evidence_horizon", 0.5, 0.9, 0.1), "b": stump("tool_confidence.b", 0.5, 0.1, 0.9)})


def test_by_horizon_with_ties_missing_tools_and_cold_users():
    known = signals([[0.5] * 4, [0.9, 0.9, NAN, 0.9], [0.99] * 4], horizon=[0.0, 1.0, 1.0, 0.0])
    answered = np.array([[1, 1, 0, 0], [1, 1, 1, 0], [1, 1, 1, 1]], dtype=bool)
    # a tie goes to the first; c, of which nothing was learned, answers where nobody else did
    assert USEFUL.select(known, answered).tolist() == [0, 1, 1, 2]
    assert USEFUL.select(known, np.zeros_like(answered)).tolist() == [-1] * 4
    assert USEFUL.required(NAMES) == NAMES
    assert isinstance(USEFUL, Selection)


def test_a_feature_of_the_team_must_be_there():
    selection = MostUseful({"a": stump("features.age", 5, 0.0, 1.0), "b": stump("features.age", 5, 1.0, 0.0)})
    known, everybody = signals(np.zeros((3, 2)), features={"age": [3, 9]}), np.ones((3, 2), dtype=bool)
    assert selection.select(known, everybody).tolist() == [1, 0]
    with pytest.raises(InvalidQueryError, match=r"features\.age"):
        selection.select(signals(np.zeros((3, 2))), everybody)


@pytest.mark.parametrize("name", ["agreement", "delegate_confidence", "reasoner_confidence", "age"])
def test_trees_see_nothing_that_is_not_known_yet(name):
    with pytest.raises(InvalidPolicyError, match=rf"usefulness\.a\.features: received '{name}'"):
        MostUseful({"a": stump(name, 0.5, 0.0, 1.0)})


def test_file(tmp_path):
    path = tmp_path / "selection.json"
    USEFUL.save(path, calibration={"n": 900})
    again, known = MostUseful.load(path), signals(np.random.default_rng(0).random((3, 50)))
    assert again.hash == USEFUL.hash
    assert again.expected(known).tolist() == USEFUL.expected(known).tolist()
    content = json.loads(path.read_text())
    assert content["calibration"] == {"n": 900}
    for change, words in (
        ({"settings": {"usefullness": {}}}, "usefulness"),
        ({"settings": {"usefulness": [1]}}, "trees by tool"),
        ({"settings": {"usefulness": {}}}, "hash"),
        ({"settings": []}, "settings: received list"),
        ({"kind": "rr-planner-fusion"}, "kind"),
        ({"schema_version": 2}, "schema_version"),
        ({"hsah": 1}, "hash"),
    ):
        path.write_text(json.dumps(content | change))
        with pytest.raises(InvalidPolicyError, match=words) as caught:
            MostUseful.load(path)
        assert str(caught.value).startswith(str(path))


fraction = st.one_of(st.just(NAN), st.floats(0, 1))


@given(st.lists(st.tuples(fraction, fraction, fraction, st.booleans(), st.booleans(), st.booleans()), max_size=6))
def test_a_query_does_not_hang_on_the_others(rows):
    known = signals(np.array([row[:3] for row in rows], dtype=float).reshape(-1, 3).T)
    answered = np.array([row[3:] for row in rows], dtype=bool).reshape(-1, 3).T
    order = np.random.default_rng(0).permutation(len(rows))
    chosen = USEFUL.select(known, answered)
    assert all(place == -1 or answered[place, row] for row, place in enumerate(chosen.tolist()))
    assert USEFUL.select(known.take(order), answered[:, order]).tolist() == chosen[order].tolist()
