from __future__ import annotations

from rr_data.evidence.levels import horizon_levels


def test_comparisons_are_strict() -> None:
    values = [0.0, 0.2999, 0.3, 0.5, 0.7, 0.7001, 1.0]
    levels = horizon_levels(values)
    assert levels.tolist() == [0, 0, 1, 1, 1, 2, 2]
    assert levels.dtype == "int8"
    assert horizon_levels([0.5], thresholds=(0.6, 0.9)).tolist() == [0]
