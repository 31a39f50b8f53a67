import numpy as np
import pytest

from rr_planner import BestOverall, CalibrationError, OutcomeTable


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"reasoner_gain": np.ones(2000)}, "reasoner_gain: received 1 for every query"),
        ({"evidence_horizon": np.full(2000, np.nan)}, "evidence_horizon"),
        ({"tool_names": ("one",)}, "2 tools, 1 names"),
        ({"users": [1]}, "users"),
        ({"features": {"age": ["x"] * 2000}}, r"features\.age"),
        ({"agreement": np.full(2000, 2.0)}, "agreement"),
    ],
)
def test_useless_outcomes_are_refused(change, words, outcomes):
    with pytest.raises(CalibrationError, match=words):
        OutcomeTable.of(**outcomes() | change)


def test_tiny_outcomes_are_refused(outcomes):
    with pytest.raises(CalibrationError, match="99 queries"):
        OutcomeTable.of(**outcomes(99))


def test_the_selected_tool_is_the_planners(outcomes):
    columns = outcomes(200)
    best, other = OutcomeTable.of(**columns), OutcomeTable.of(**columns, selection=BestOverall("flat"))
    assert set(other.signals.delegate.tolist()) == {1}
    assert best.signals.delegate.tolist() == (np.array(columns["tool_confidence"]).argmax(0)).tolist()
    assert best.selected.tolist() == best.tools[best.signals.delegate, np.arange(200)].tolist()


def test_take_and_folds(outcomes):
    table = OutcomeTable.of(**outcomes(200))
    rows = table.folds(5, seed=0) == 2
    part = table.take(rows)
    assert len(part) == 40
    assert part.routes.tolist() == table.routes[:, rows].tolist()
    assert part.signals.features["age"].tolist() == table.signals.features["age"][rows].tolist()
    assert not set(part.users.tolist()) & set(table.take(~rows).users.tolist())


@pytest.mark.parametrize(
    "change",
    [
        {"evidence_horizon": np.full(200, 0.5)},
        {"tool_names": ("a", "b")},
        {"users": np.arange(200)},
        {"tool_confidence": np.zeros((2, 200))},
        {"tool_gain": np.eye(2, 200)},
        {"reasoner_confidence": np.full(200, np.nan)},
        {"reasoner_gain": np.arange(200) % 2},
        {"both_gain": np.arange(200) % 2},
    ],
)
def test_the_hash_tells_outcomes_apart(outcomes, change):
    columns = outcomes(200)
    told = OutcomeTable.of(**columns).describe()
    assert told == OutcomeTable.of(**columns).describe()
    assert told["hash"] != OutcomeTable.of(**columns | change).describe()["hash"]
    assert (told["queries"], told["users"]) == (200, 100)


def test_names_of_users_and_what_else_was_known_do_not_matter_to_the_hash(outcomes):
    columns = outcomes(200)
    assert (
        OutcomeTable.of(**columns | {"features": {}, "agreement": None}).describe()["hash"]
        == (OutcomeTable.of(**columns).describe()["hash"])
    )
    renamed = columns | {"users": [f"user {user:03}" for user in columns["users"]]}
    assert OutcomeTable.of(**columns).describe() == OutcomeTable.of(**renamed).describe()
