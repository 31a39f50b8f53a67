"""ItemKNN against a brute-force oracle that follows the definition word by word."""

from __future__ import annotations

import numpy as np
import pytest
from safetensors.numpy import load

from rr_tools import ConfigError, TrainingData, TrainingRun, load_tool, train
from rr_tools.neighbors import item_knn
from rr_tools.neighbors.item_knn import ItemKnnConfig


def rows_of(files, n_items):
    arrays = load(files["weights.safetensors"])
    dense = np.zeros((n_items, n_items))
    for row in range(n_items):
        entries = slice(arrays["indptr"][row], arrays["indptr"][row + 1])
        dense[row, arrays["indices"][entries]] = arrays["values"][entries]
    return dense


def oracle(lists, n_items, shrinkage, k):
    users = [{user for user, items in enumerate(lists) if item in items} for item in range(n_items)]
    weights = np.zeros((n_items, n_items))
    for item in range(n_items):
        for other in range(n_items):
            if item != other and users[item] & users[other]:
                norms = np.sqrt(len(users[item])) * np.sqrt(len(users[other]))
                weights[item, other] = len(users[item] & users[other]) / (norms + shrinkage)
        kept = sorted(range(n_items), key=lambda other: (-weights[item, other], other))[:k]
        weights[item, [other for other in range(n_items) if other not in kept]] = 0
    return weights


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("block", [1, 3, 1000])
def test_like_the_definition(seed, block, monkeypatch):
    monkeypatch.setattr(item_knn, "ITEMS_PER_BLOCK", block)
    rng = np.random.default_rng(seed)
    lists = [rng.integers(0, 7, rng.integers(1, 9)).tolist() for _ in range(6)]
    data = TrainingData(items=np.concatenate(lists), offsets=np.cumsum([0, *map(len, lists)]), n_items=7)
    config = ItemKnnConfig(neighbors=3, shrinkage=0.5)
    fitted = item_knn.fit(data, config, run=TrainingRun())
    np.testing.assert_allclose(rows_of(fitted.files, 7), oracle(lists, 7, 0.5, 3), rtol=1e-6)


def test_served(make_queries, tmp_path):
    data = TrainingData(items=[0, 1, 0, 1, 2, 3], offsets=[0, 2, 4, 6], n_items=5)
    tool = load_tool(train("itemknn", data, out=tmp_path / "tool", config={"shrinkage": 0}))
    scores = tool.scores(make_queries([[0], [2, 0], [4]]))
    assert scores[0].tolist() == pytest.approx([-np.inf, 1.0, 0.0, 0.0, 0.0])
    assert scores[1].tolist() == pytest.approx([-np.inf, 1.0, -np.inf, 1.0, 0.0])
    assert scores[2].tolist()[:4] == pytest.approx([2 / 6, 2 / 6, 1 / 6, 1 / 6])  # nobody took it: the popular ones


@pytest.mark.parametrize("config", [{"decay": 1.1}, {"shrinkage": -1.0}, {"neighbors": 0}])
def test_values_out_of_range(ring, tmp_path, config):
    with pytest.raises(ConfigError):
        train("itemknn", ring, out=tmp_path / "tool", config=config)
