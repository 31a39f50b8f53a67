"""How far an answer follows the tools."""

from types import SimpleNamespace

import numpy as np
import pytest

from rr_vlm.inference.evidence_trust import EvidenceTrust, everybody_speaks, fit_trust, fit_trusts, listed, trusted
from rr_vlm.inference.rank import restrict

N, N_ITEMS, SHOWN = 4000, 30, 6
TRUTH = EvidenceTrust(own=0.5, listed={"clear": 0.5}, height={"clear": 2.0})


def normalised(scores):
    return restrict(scores.astype(np.float32), [np.empty(0, np.int64)] * len(scores), None)


def some(evidence, rows):
    return {name: SimpleNamespace(items=one.items[rows], scores=one.scores[rows]) for name, one in evidence.items()}


@pytest.fixture(scope="module")
def world():
    """Targets follow the model half as surely as it claims, and one of two tools."""
    rng = np.random.default_rng(0)
    own = normalised(2 * rng.normal(size=(N, N_ITEMS)))
    evidence = {}
    for name in ("clear", "vague"):
        items = np.argsort(rng.random((N, N_ITEMS)), axis=1)[:, : SHOWN + 2]
        evidence[name] = SimpleNamespace(items=items, scores=-np.sort(-rng.normal(size=items.shape), axis=1))
    chances = np.exp(normalised(trusted(own, evidence, TRUTH, SHOWN)).astype(np.float64))
    drawn = (chances.cumsum(axis=1) < rng.random((N, 1)) * chances.sum(axis=1, keepdims=True)).sum(axis=1)
    return own, drawn.clip(max=N_ITEMS - 1), evidence


def test_the_weights_are_those_that_made_the_data(world):
    own, targets, evidence = world
    found = fit_trust([(own, evidence)], targets, SHOWN)
    assert found.own == pytest.approx(0.5, abs=0.05)
    assert found.listed == pytest.approx({"clear": 0.5, "vague": 0.0}, abs=0.15)
    assert found.height == pytest.approx({"clear": 2.0, "vague": 0.0}, abs=0.15)
    assert found.queries == N
    likelihood = [
        normalised(trusted(own, evidence, trust, SHOWN))[np.arange(N), targets].mean()
        for trust in (found, EvidenceTrust())
    ]
    assert likelihood[0] > likelihood[1] + 0.2


def test_without_queries_or_tools_the_own_answer_stands(world):
    own, targets, evidence = world
    assert fit_trust([(own, evidence)], np.full(N, -1), SHOWN) == EvidenceTrust()
    assert fit_trust([(own, {})], targets, SHOWN) == EvidenceTrust()
    assert trusted(own, evidence, EvidenceTrust(), SHOWN).tolist() == own.tolist()
    few = fit_trust([(own[:5], some(evidence, slice(5)))], targets[:5], SHOWN)
    assert all(abs(weight) < 3 for weight in (few.own, *few.listed.values(), *few.height.values()))


def test_queries_without_a_target_and_items_out_of_bounds_are_left_out(world):
    own, targets, evidence = world
    seen, known = own.copy(), targets.copy()
    known[::7] = -1
    seen[np.arange(N), (targets + 1) % N_ITEMS] = -np.inf
    found = fit_trust([(normalised(seen), evidence)], known, SHOWN)
    assert found.queries == (known >= 0).sum()
    assert found.height["clear"] == pytest.approx(2.0, abs=0.2)


def test_a_tool_that_was_also_seen_wrong_is_followed_less(world):
    own, targets, evidence = world
    wrong = some(evidence, np.random.default_rng(1).permutation(N))
    trusting = fit_trust([(own, evidence)], targets, SHOWN)
    careful = fit_trust([(own, evidence), (own, wrong)], targets, SHOWN)
    assert 0.0 < careful.height["clear"] < 0.8 * trusting.height["clear"]
    assert careful.queries == 2 * N
    assert fit_trust([(own, evidence), (own, {})], targets, SHOWN).height.keys() == evidence.keys()


def test_where_a_tool_is_silent_other_weights_are_fitted(world):
    own, targets, evidence = world
    one = {"clear": evidence["clear"], "vague": some(evidence, np.random.default_rng(1).permutation(N))["vague"]}
    silent = np.where(np.arange(N)[:, None] % 2 == 0, -np.inf, one["vague"].scores)
    one["vague"] = SimpleNamespace(items=one["vague"].items, scores=silent)
    complete, incomplete = fit_trusts([(own, evidence), (own, one)], targets, SHOWN)
    assert (complete.queries, incomplete.queries) == (N + N // 2, N // 2)
    assert incomplete.height["clear"] == pytest.approx(2.0, abs=0.2)
    assert incomplete.listed["vague"] == incomplete.height["vague"] == 0.0
    alike = fit_trust([(own, evidence)], targets, SHOWN)
    assert fit_trusts([(own, evidence)], targets, SHOWN) == (alike, alike)
    only = {
        "clear": evidence["clear"],
        "vague": SimpleNamespace(items=one["vague"].items, scores=np.full_like(silent, -np.inf)),
    }
    assert fit_trusts([(own, only)], targets, SHOWN)[0].queries == N


def test_who_speaks_shows_an_item():
    said = SimpleNamespace(items=np.array([[1], [0], [9]]), scores=np.array([[1.0], [-np.inf], [1.0]]))
    assert everybody_speaks({"a": said}, ["a"], 1, (3, 5)).tolist() == [True, False, False]
    assert everybody_speaks({"a": said}, ["a", "b"], 1, (3, 5)).tolist() == [False] * 3
    assert everybody_speaks({"a": said}, [], 1, (3, 5)).all()


def test_heights_are_over_the_last_item_shown_and_what_is_no_answer_is_left_out():
    said = SimpleNamespace(
        items=np.array([[4, 2, 8, 1], [3, -1, 0, 0], [5, 6, 0, 0], [99, 7, 0, 0]]),
        scores=np.array(
            [
                [3.0, 2.0, 1.5, 0.5],
                [2.0, -np.inf, -np.inf, -np.inf],
                [np.nan, 1.0, -np.inf, -np.inf],
                [9.0, 4.0, -np.inf, -np.inf],
            ]
        ),
    )
    rows, items, heights = listed(said, 3, 9)
    assert rows.tolist() == [0, 0, 0, 1, 2, 3]
    assert items.tolist() == [4, 2, 8, 3, 6, 7]
    assert heights.tolist() == [1.5, 0.5, 0.0, 0.0, 0.0, 0.0]
