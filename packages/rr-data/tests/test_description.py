from __future__ import annotations

import pytest

from rr_data.description import describe, horizon_shares
from rr_data.prepared import PreparedDataset


def test_description(prepared: PreparedDataset) -> None:
    description = describe(prepared)
    assert description.parts == {"train": 8, "validation": 3, "test": 3}
    assert description.sparsity == pytest.approx(1 - 14 / 32)
    assert (description.lengths[0], description.lengths[-1]) == (2, 5)
    assert description.popularity[-1] == 4
    assert sum(description.eh_shares) == pytest.approx(1)


def test_horizon_shares_by_part(prepared: PreparedDataset) -> None:
    training, everything = horizon_shares(prepared), horizon_shares(prepared, until="test")
    assert training["raw"] == pytest.approx((0.25, 0.75, 0.0))  # counts 3 1 2 2
    assert everything["raw"] == pytest.approx((0.5, 0.5, 0.0))  # counts 5 3 2 4
