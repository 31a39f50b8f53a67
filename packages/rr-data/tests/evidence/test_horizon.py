from __future__ import annotations

import math

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rr_data.errors import EvidenceError, OptionError, UnknownNameError
from rr_data.evidence.horizon import NORMALIZERS, evidence_horizon

COUNTS = st.lists(st.integers(0, 500), min_size=1, max_size=40)


@pytest.mark.parametrize(
    ("normalizer", "expected"),
    [
        ("raw", [0.95, 0.75, 0.75, 0.0]),
        ("log", [1.0, 1 - math.log(5) / math.log(20), 1 - math.log(5) / math.log(20), 0.0]),
        ("log-minmax", [1.0, 1 - math.log(5) / math.log(20), 1 - math.log(5) / math.log(20), 0.0]),
        ("rank", [0.875, 0.5, 0.5, 0.125]),
    ],
)
def test_by_hand(normalizer: str, expected: list[float]) -> None:
    horizon = evidence_horizon([1, 5, 5, 20], normalizer=normalizer)
    assert horizon.normalized == pytest.approx(expected)
    assert horizon.raw == pytest.approx([0.95, 0.75, 0.75, 0.0])


def test_log_minmax_starts_at_the_least_known() -> None:
    horizon = evidence_horizon([5, 10, 20], normalizer="log-minmax")
    assert horizon.normalized == pytest.approx([1.0, 0.5, 0.0])


@given(COUNTS)
def test_rank_against_polars(counts: list[int]) -> None:
    if max(counts) > 0:
        expected = 1 - (pl.Series(counts).rank("average").to_numpy() - 0.5) / len(counts)
        assert evidence_horizon(counts).normalized == pytest.approx(expected)


@given(COUNTS, st.sampled_from(sorted(NORMALIZERS)))
def test_more_interactions_never_mean_less_evidence(counts: list[int], normalizer: str) -> None:
    horizon = evidence_horizon(counts, normalizer=normalizer)
    assert ((horizon.normalized >= 0) & (horizon.normalized <= 1)).all()
    order = np.argsort(counts, kind="stable")
    assert (np.diff(horizon.normalized[order]) <= 1e-12).all()
    same = dict(zip(counts, horizon.normalized, strict=True))
    assert all(same[count] == value for count, value in zip(counts, horizon.normalized, strict=True))
    assert sum(horizon.shares) == pytest.approx(1)


@pytest.mark.parametrize(("normalizer", "value"), [("raw", 0.0), ("log", 0.0), ("log-minmax", 0.0), ("rank", 0.5)])
@pytest.mark.parametrize("count", [1, 7])
def test_all_equal(normalizer: str, value: float, count: int) -> None:
    assert evidence_horizon([count] * 3, normalizer=normalizer).normalized.tolist() == [value] * 3


@pytest.mark.parametrize("normalizer", sorted(NORMALIZERS))
def test_all_zero(normalizer: str) -> None:
    horizon = evidence_horizon([0, 0], normalizer=normalizer)
    assert horizon.normalized.tolist() == horizon.raw.tolist() == [1.0, 1.0]
    assert horizon.levels.tolist() == [2, 2]


@pytest.mark.parametrize("normalizer", ["log", "log-minmax"])
def test_a_user_without_interactions_has_no_evidence(normalizer: str) -> None:
    assert evidence_horizon([0, 3, 9], normalizer=normalizer).normalized[0] == 1.0


@pytest.mark.parametrize("counts", [[], [[1]], [1.5], [1, -2]])
def test_bad_counts(counts: list[object]) -> None:
    with pytest.raises(EvidenceError):
        evidence_horizon(counts)


def test_bad_names_and_thresholds() -> None:
    with pytest.raises(UnknownNameError, match="Did you mean 'log-minmax'"):
        evidence_horizon([1], normalizer="logminmax")
    for thresholds in [(0.7, 0.3), (-0.1, 0.5), (0.5, 1.1), (math.nan, 0.5)]:
        with pytest.raises(OptionError):
            evidence_horizon([1], thresholds=thresholds)
