from __future__ import annotations

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from rr_tools.item_features import standardized  # noqa: E402
from rr_tools.recbole.projected_features import ProjectedFeatures  # noqa: E402

FEATURES = np.random.default_rng(0).normal(3, 5, size=(6, 4)).astype(np.float32)


def test_padding_is_zero_and_rows_behind_the_items_are_learned():
    table = ProjectedFeatures(FEATURES, 8, 8)
    assert table.weight.shape == (8, 8)
    assert torch.equal(table.weight[0], torch.zeros(8))
    torch.testing.assert_close(table(torch.tensor([[3, 0]]))[0], table.weight[[3, 0]])
    table(torch.tensor([7])).sum().backward()
    assert table.behind.grad.abs().sum() > 0


def test_features_are_no_weights():
    assert set(ProjectedFeatures(FEATURES, 8, 7).state_dict()) == {
        "behind", "projection.0.weight", "projection.0.bias", "projection.2.weight", "projection.2.bias"
    }  # fmt: skip


def test_columns_are_standardised_over_what_is_known():
    features = FEATURES.copy()
    features[2, 1], features[:, 3] = np.nan, np.nan
    scaled = standardized(features)
    known = np.delete(scaled[:, 1], 2)
    assert (known.mean(), known.std()) == (pytest.approx(0, abs=1e-6), pytest.approx(1, abs=1e-5))
    assert scaled[2, 1] == 0
    assert (scaled[:, 3] == 0).all()
    assert scaled.dtype == np.float32
