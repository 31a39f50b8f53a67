"""What the tools' scores add to an answer."""

from types import SimpleNamespace

import numpy as np
import pytest

from rr_vlm.inference.evidence_scores import fit_weights, heights, raised
from rr_vlm.inference.rank import restrict

N, N_ITEMS, SHOWN = 3000, 30, 6


def normalised(scores):
    return restrict(scores.astype(np.float32), [np.empty(0, np.int64)] * len(scores), None)


@pytest.fixture(scope="module")
def world():
    """Targets follow the model's opinion and, twice as steeply as it tells, the scores of one of two tools."""
    rng = np.random.default_rng(0)
    own = normalised(rng.normal(size=(N, N_ITEMS)))
    evidence = {}
    for name in ("clear", "vague"):
        items = np.argsort(rng.random((N, N_ITEMS)), axis=1)[:, : SHOWN + 2]
        evidence[name] = SimpleNamespace(items=items, scores=-np.sort(-rng.normal(size=items.shape), axis=1))
    truth = np.exp(normalised(raised(own, evidence, {"clear": 2.0}, SHOWN)).astype(np.float64))
    drawn = (truth.cumsum(axis=1) < rng.random((N, 1)) * truth.sum(axis=1, keepdims=True)).sum(axis=1)
    return own, drawn.clip(max=N_ITEMS - 1), evidence


def test_the_weights_are_those_that_made_the_data(world):
    own, targets, evidence = world
    found = fit_weights(own, targets, evidence, SHOWN)
    assert found["clear"] == pytest.approx(2.0, abs=0.15)
    assert found["vague"] == pytest.approx(0.0, abs=0.1)
    better, plain = (normalised(raised(own, evidence, weights, SHOWN)) for weights in (found, {}))
    rows = np.arange(N)
    assert better[rows, targets].mean() > plain[rows, targets].mean() + 0.2


def test_few_queries_or_none_leave_the_answer_alone(world):
    own, targets, evidence = world
    nothing = {name: SimpleNamespace(items=one.items[:3], scores=np.full((3, SHOWN), -np.inf)) for name, one in
               evidence.items()}  # fmt: skip
    assert fit_weights(own[:3], targets[:3], nothing, SHOWN) == {"clear": 0.0, "vague": 0.0}
    assert fit_weights(own[:3], np.full(3, -1), {"clear": SimpleNamespace(
        items=evidence["clear"].items[:3], scores=evidence["clear"].scores[:3])}, SHOWN) == {"clear": 0.0}  # fmt: skip
    few = {name: SimpleNamespace(items=one.items[:5], scores=one.scores[:5]) for name, one in evidence.items()}
    assert all(abs(weight) < 3 for weight in fit_weights(own[:5], targets[:5], few, SHOWN).values())


def test_heights_are_over_the_last_item_shown_and_none_for_what_is_no_answer():
    said = SimpleNamespace(
        items=np.array([[4, 2, 9, 1], [3, -1, 0, 0], [5, 6, 0, 0]]),
        scores=np.array([[3.0, 2.0, 1.0, 0.5], [2.0, -np.inf, -np.inf, -np.inf], [np.nan, 1.0, -np.inf, -np.inf]]),
    )
    items, height = heights(said, 3, 9)  # item 9 is unknown
    assert items.shape == (3, 3)
    assert height.tolist() == [[1.0, 0.0, 0.0], [0.0, 0.0, 0.0], [0.0, 0.0, 0.0]]


def test_a_tool_without_a_weight_raises_nothing(world):
    own, _, evidence = world
    assert raised(own, evidence, {"stranger": 3.0}, SHOWN).tolist() == own.tolist()
    assert raised(own, {}, {"clear": 3.0}, SHOWN).tolist() == own.tolist()
