"""Several runs of a method."""

import pytest

from rr_eval import InvalidArgumentError, Predictions, UnknownNameError, across_seeds, evaluate, runs_of_methods


def test_runs_by_hand(make_predictions):
    parts = [
        make_predictions([[right] for right in answers], ["t"] * 4, system=name)
        for name, answers in (("m#0", "ttaa"), ("m#1", "ttta"), ("m#2", "tttt"), ("other", "taaa"))
    ]
    evaluation = evaluate(Predictions.concat(parts), metrics=["HR@1"], seed=0)
    spread, single = across_seeds(evaluation, runs_of_methods(evaluation.systems))
    assert (spread.method, spread.mean, spread.deviation, spread.low, spread.high, spread.n) == (
        "m", 0.75, 0.25, 0.5, 1.0, 3,
    )  # fmt: skip
    assert (single.method, single.mean, single.deviation, single.n) == ("other", 0.25, None, 1)
    with pytest.raises(UnknownNameError):
        across_seeds(evaluation, {"m": ["m#9"]})
    with pytest.raises(InvalidArgumentError):
        across_seeds(evaluation, {"m": []})
