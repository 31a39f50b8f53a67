"""Trees against LightGBM where it is installed, against a walk of our own everywhere."""

from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rr_planner import InvalidPolicyError
from rr_planner.calibration.boosting import trees_of
from rr_planner.trees import Trees

STUMP = {"features": ("a",), "root": [0], "feature": [0, -1, -1], "threshold": [0.5, 0.0, 0.0], "left": [1, -1, -1]}
STUMP |= {"right": [2, -1, -1], "missing_left": [False, False, False], "value": [0.0, -1.0, 2.0]}


def random_trees(seed: int, *, count: int, leaves: int, columns: int = 4) -> Trees:
    generator = np.random.default_rng(seed)
    nodes: dict[str, list] = {name: [] for name in ("feature", "threshold", "left", "right", "missing_left", "value")}

    def grow(leaves: int) -> int:
        number = len(nodes["feature"])
        value = float(generator.normal()) if leaves == 1 else 0.0
        for name, cell in zip(nodes, (-1, 0.0, -1, -1, False, value), strict=True):
            nodes[name].append(cell)
        if leaves > 1:
            nodes["feature"][number] = int(generator.integers(columns))
            nodes["threshold"][number] = float(generator.choice([-1.0, -0.0, 0.5, 1.0, 3.0]))
            nodes["missing_left"][number] = bool(generator.random() < 0.5)
            share = int(generator.integers(1, leaves))
            nodes["left"][number] = grow(share)
            nodes["right"][number] = grow(leaves - share)
        return number

    roots = [grow(leaves) for _ in range(count)]
    return Trees.from_dict({"features": [f"f{column}" for column in range(columns)], "root": roots, **nodes})


def walk(trees: Trees, row: np.ndarray) -> float:
    total = 0.0
    for root in trees.root:
        node = root
        while trees.feature[node] >= 0:
            value = row[trees.feature[node]]
            left = trees.missing_left[node] if np.isnan(value) else value <= trees.threshold[node]
            node = trees.left[node] if left else trees.right[node]
        total += trees.value[node]
    return total


cells = st.sampled_from([-np.inf, -1.0, -0.5, -0.0, 0.0, 0.5, 0.7, 1.0, 3.0, 1e300, np.inf, np.nan])


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10**6), st.sampled_from([1, 2, 5, 33, 64]), st.lists(st.tuples(*[cells] * 4), max_size=5))
def test_like_walking(seed, leaves, rows):
    trees = random_trees(seed, count=3, leaves=leaves)
    table = np.array(rows, dtype=np.float64).reshape(-1, 4)
    np.testing.assert_allclose(trees(table), [walk(trees, row) for row in table], rtol=1e-12, atol=1e-12)


def test_like_lightgbm():
    lightgbm = pytest.importorskip("lightgbm")
    generator = np.random.default_rng(0)
    table = np.round(generator.normal(size=(3000, 6)), 1)
    table[generator.random(table.shape) < 0.3] = np.nan
    table[:, 5] = np.abs(np.nan_to_num(table[:, 5]))  # without missing values: NaN is 0 there
    target = np.nan_to_num(table[:, 0]) * np.nan_to_num(table[:, 1]) + table[:, 5] + generator.normal(size=3000)
    booster = lightgbm.train(
        {"num_leaves": 31, "verbosity": -1, "num_threads": 1}, lightgbm.Dataset(table, target), num_boost_round=60
    )
    trees = trees_of(booster, [f"f{column}" for column in range(6)])
    table[:50, 5] = np.nan
    table[50:60] = np.inf
    table[60:70] = -np.inf
    np.testing.assert_allclose(trees(table), booster.predict(table), rtol=0, atol=1e-9)
    few = trees_of(booster, trees.features, 7)
    np.testing.assert_allclose(few(table), booster.predict(table, num_iteration=7), rtol=0, atol=1e-9)


@pytest.mark.parametrize("leaves", [2, 31])
def test_json_keeps_every_bit(leaves):
    trees = random_trees(3, count=20, leaves=leaves)
    table = np.random.default_rng(0).normal(size=(50, 4))
    again = Trees.from_dict(json.loads(json.dumps(trees.to_dict())))
    assert again(table).tolist() == trees(table).tolist()


@pytest.mark.parametrize("leaves", [1, 2, 31])
@pytest.mark.parametrize("size", [0, 1, 511, 1300])
def test_a_row_does_not_hang_on_the_others(size, leaves):
    trees = random_trees(1, count=30, leaves=leaves)
    table = np.random.default_rng(0).normal(size=(size, 4))
    table[::7, 1] = np.nan
    assert trees(table).tolist() == [float(trees(row[None])[0]) for row in table]
    assert trees(np.asfortranarray(table)).tolist() == trees(table).tolist()


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"left": [5, -1, -1]}, "node 5 below node 0"),
        ({"left": [0, -1, -1]}, "without a cycle"),
        ({"feature": [1, -1, -1]}, "a feature below 1"),
        ({"threshold": [float("nan"), 0, 0]}, "and a number"),
        ({"threshold": ["x", "y", "z"]}, "trees.threshold"),
        ({"value": [0.0, 1.0]}, "arrays of equal length"),
        ({"root": []}, "trees.root"),
        ({"missing_left": [0, 0, 0]}, "trees.missing_left"),
        ({"value": [0.0, float("inf"), 1.0]}, "trees.value"),
        ({"features": "a"}, "trees.features"),
    ],
)
def test_what_are_no_trees(changes, message):
    with pytest.raises(InvalidPolicyError, match=message):
        Trees.from_dict({**STUMP, **changes})


def test_unknown_and_missing_keys():
    with pytest.raises(InvalidPolicyError, match=r"trees\.treshold.*threshold"):
        Trees.from_dict({**STUMP, "treshold": []})
    with pytest.raises(InvalidPolicyError, match="no 'value'"):
        Trees.from_dict({name: cell for name, cell in STUMP.items() if name != "value"})


def test_too_many_leaves():
    with pytest.raises(InvalidPolicyError, match="a tree with 65 leaves"):
        random_trees(0, count=1, leaves=65)


def test_another_width():
    with pytest.raises(InvalidPolicyError, match=r"\[M, 1\]"):
        Trees.from_dict(STUMP)([[1.0, 2.0]])
