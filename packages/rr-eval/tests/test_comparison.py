"""Which differences count, and who may be called the best."""

import json

import numpy as np
import pytest

from rr_eval import InvalidArgumentError, Predictions, UnknownNameError, compare, evaluate, holm
from rr_eval.comparison import significantly_best


def hits(make_predictions, system: str, right: np.ndarray) -> Predictions:
    """A system that is right exactly where told."""
    return make_predictions([["t" if hit else "a"] for hit in right], ["t"] * len(right), system=system)


@pytest.fixture
def close_race(make_predictions):
    """Two equals by luck apart, a loser, an oracle."""
    rng = np.random.default_rng(0)
    first, second = rng.random(200) < 0.5, rng.random(200) < 0.5
    systems = {"first": first, "second": second, "loser": rng.random(200) < 0.05, "oracle": np.ones(200, dtype=bool)}
    table = Predictions.concat([hits(make_predictions, name, right) for name, right in systems.items()])
    return evaluate(table, metrics=["HR@1"], seed=0)


def test_nobody_is_best_in_a_close_race(close_race):
    found = compare(close_race, reference="first", bounds=["oracle"])
    assert found.best == {"HR@1": None}
    assert found.difference("loser", "HR@1").p_value < 0.001
    assert found.difference("second", "HR@1").p_value > 0.05
    assert found.difference("first", "HR@1") is None


def test_a_clear_winner_is_best_and_a_bound_is_none(close_race):
    assert significantly_best(close_race) == {"HR@1": "oracle"}
    assert significantly_best(close_race, bounds=["oracle"]) == {"HR@1": None}
    assert significantly_best(close_race, bounds=["oracle", "second"]) == {"HR@1": "first"}
    assert significantly_best(close_race, bounds=["oracle", "second", "first"]) == {"HR@1": None}


def test_only_shared_queries_are_paired(make_predictions):
    one = make_predictions([["t"], ["a"], ["t"]], ["t"] * 3, query_id=["x", "y", "z"], system="one")
    two = make_predictions([["t"], ["t"]], ["t"] * 2, query_id=["z", "y"], system="two")
    found = compare(evaluate(Predictions.concat([one, two]), metrics=["HR@1"], seed=0), reference="one")
    difference = found.difference("two", "HR@1")
    assert (difference.n, difference.mean) == (2, 0.5)


def test_no_shared_query_is_refused(make_predictions):
    one = make_predictions([["t"]], ["t"], query_id=["x"], system="one")
    two = make_predictions([["t"]], ["t"], query_id=["y"], system="two")
    with pytest.raises(InvalidArgumentError, match="without a query in common"):
        compare(evaluate(Predictions.concat([one, two]), metrics=["HR@1"], seed=0), reference="one")


def test_bad_names_and_levels_are_refused(close_race):
    with pytest.raises(UnknownNameError):
        compare(close_race, reference="firs")
    with pytest.raises(UnknownNameError):
        compare(close_race, reference="first", bounds=["oracl"])
    with pytest.raises(InvalidArgumentError, match="alpha"):
        compare(close_race, reference="first", alpha=1.5)


def test_as_json(close_race):
    found = json.loads(json.dumps(compare(close_race, reference="first", bounds=["oracle"]).as_dict(), allow_nan=False))
    assert found["best"] == {"HR@1": None}
    assert [cell["significant"] for cell in found["differences"]] == [False, True, True]


def test_differences_are_corrected_together(make_predictions):
    rng = np.random.default_rng(3)
    base = rng.random(300) < 0.5
    flips = {f"s{n}": np.where(rng.random(300) < 0.1, rng.random(300) < 0.5, base) for n in range(12)}
    parts = [hits(make_predictions, name, right) for name, right in {"base": base, **flips}.items()]
    found = compare(evaluate(Predictions.concat(parts), metrics=["HR@1"], seed=0), reference="base")
    raw = [cell.difference.p_value for cell in found.differences]
    assert [cell.adjusted_p for cell in found.differences] == pytest.approx(holm(raw))
    assert not any(found.is_significant(name, "HR@1") for name in flips)


@pytest.mark.parametrize("test", ["bootstrap", "randomization"])
def test_a_lower_loss_is_the_better_one(make_predictions, test):
    rng = np.random.default_rng(0)
    labels = rng.random(300) < 0.5
    good = np.where(labels, 0.8, 0.2)
    parts = [
        make_predictions([["i"]] * 300, ["i"] * 300, task="ctr", system=name, label=labels.astype(int),
                         scores=[[score] for score in scores])
        for name, scores in (("bad", np.full(300, 0.5)), ("good", good))
    ]  # fmt: skip
    evaluation = evaluate(Predictions.concat(parts), metrics=["LogLoss", "AUC"], seed=0)
    found = compare(evaluation, reference="bad", test=test)
    assert found.best == {"LogLoss": "good", "AUC": "good"}
    assert found.difference("good", "LogLoss").mean < 0
    assert found.as_dict()["differences"][0]["wins"] == 0


def test_aligned_by_query_whatever_the_order(make_predictions):
    one = make_predictions([["t"], ["a"], ["t"]], ["t"] * 3, query_id=["x", "y", "z"], system="one")
    two = make_predictions([["t"], ["t"], ["a"]], ["t"] * 3, query_id=["z", "x", "y"], system="two")
    found = compare(evaluate(Predictions.concat([one, two]), metrics=["HR@1"], seed=0), reference="one")
    assert found.difference("two", "HR@1").mean == 0
    assert found.difference("two", "HR@1").p_value == 1
