from __future__ import annotations

import numpy as np
import pytest
from safetensors.numpy import load

from rr_tools import InvalidDataError, TrainingData, TrainingRun, train
from rr_tools.neighbors import ease
from rr_tools.neighbors.ease import EaseConfig
from rr_tools.neighbors.interaction_matrix import interaction_matrix


def drawn_data(seed, n_items=9):
    rng = np.random.default_rng(seed)
    lengths = rng.integers(1, 8, 12)
    return TrainingData(
        items=rng.integers(0, n_items, lengths.sum()), offsets=np.cumsum([0, *lengths]), n_items=n_items
    )


def closed_form(data, regularization):
    """Steck 2019, equation 8."""
    taken = interaction_matrix(data).toarray().astype(np.float64)
    inverse = np.linalg.inv(taken.T @ taken + regularization * np.eye(data.n_items))
    weights = np.eye(data.n_items) - inverse / np.diag(inverse)
    np.fill_diagonal(weights, 0.0)
    return weights


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("block", [2, 4, 500])
def test_the_positive_weights_of_the_closed_form(seed, block, monkeypatch):
    monkeypatch.setattr(ease, "ITEMS_PER_BLOCK", block)
    data = drawn_data(seed)
    fitted = ease.fit(data, EaseConfig(regularization=2.0), run=TrainingRun())
    arrays = load(fitted.files["weights.safetensors"])
    dense = np.zeros((9, 9))
    rows = np.repeat(np.arange(9), np.diff(arrays["indptr"]))
    dense[rows, arrays["indices"]] = arrays["values"]
    np.testing.assert_allclose(dense, np.maximum(closed_form(data, 2.0), 0), atol=1e-5)


def test_the_largest_weights_of_a_row_are_kept():
    data = drawn_data(3)
    fitted = ease.fit(data, EaseConfig(regularization=2.0, neighbors=2), run=TrainingRun())
    arrays = load(fitted.files["weights.safetensors"])
    weights = closed_form(data, 2.0)
    for row in range(9):
        kept = arrays["indices"][arrays["indptr"][row] : arrays["indptr"][row + 1]]
        best = sorted(range(9), key=lambda item: -weights[row, item])[:2]
        assert set(kept) == {item for item in best if weights[row, item] > 1e-7}


def test_a_catalogue_beyond_the_memory_is_refused_before_it_is_made(ring, tmp_path):
    with pytest.raises(InvalidDataError, match=r"ease on 20 items needs 0\.0 GB .* memory_gb allows 1e-07"):
        train("ease", ring, out=tmp_path / "tool", config={"memory_gb": 1e-7})
    huge = TrainingData(items=[0, 1], offsets=[0, 2], n_items=100_000)
    with pytest.raises(InvalidDataError, match=r"100,000 items needs 40\.0 GB .* memory_gb allows 8: .*itemknn"):
        train("ease", huge, out=tmp_path / "tool")


def test_a_machine_with_less_memory_is_told(monkeypatch, ring, tmp_path):
    monkeypatch.setattr("rr_tools.neighbors.free_memory.free_bytes", lambda: 100)
    with pytest.raises(InvalidDataError, match="free: use a larger machine"):
        train("ease", ring, out=tmp_path / "tool")
