from __future__ import annotations

import numpy as np
import pytest

from rr_data.describing.horizon_distribution import horizon_distributions, horizon_shares
from rr_data.errors import UnknownNameError
from rr_data.evidence.horizon import NORMALIZERS
from rr_data.prepared import PreparedDataset


def test_all_normalizers() -> None:
    found = horizon_distributions(np.array([1, 2, 2, 10]), thresholds=(0.3, 0.7))
    assert [own.normalizer for own in found] == list(NORMALIZERS)
    assert all(sum(own.histogram.counts) == 4 for own in found)
    raw = found[0]
    assert raw.shares == (0.25, 0.0, 0.75)
    assert raw.histogram.counts[0] == 1


def test_shares_by_part(prepared: PreparedDataset) -> None:
    training, everything = horizon_shares(prepared), horizon_shares(prepared, until="test")
    assert training["raw"] == pytest.approx((0.25, 0.75, 0.0))  # counts 3 1 2 2
    assert everything["raw"] == pytest.approx((0.5, 0.5, 0.0))  # counts 5 3 2 4


def test_shares_of_items(prepared: PreparedDataset) -> None:
    shares = horizon_shares(prepared, of="items", until="test")
    assert shares["raw"] == pytest.approx((1 / 4, 1 / 8, 5 / 8))  # counts 4 3 2 1 1 1 1 1
    with pytest.raises(UnknownNameError, match="user"):
        horizon_shares(prepared, of="user")
