import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rr_planner import InvalidQueryError, evidence_horizon


@given(st.lists(st.integers(0, 50), min_size=1, max_size=40), st.lists(st.integers(0, 50), min_size=1, max_size=40))
def test_is_one_minus_the_mid_rank(counts, reference):
    expected = [
        1 - (sum(r < c for r in reference) + sum(r == c for r in reference) / 2) / len(reference) for c in counts
    ]
    assert evidence_horizon(counts, reference=reference) == pytest.approx(expected)


@given(st.lists(st.integers(0, 9), min_size=1, max_size=40))
def test_mean_over_the_reference_is_a_half(counts):
    assert evidence_horizon(counts).mean() == pytest.approx(0.5)


def test_edges():
    assert evidence_horizon([]).shape == (0,)
    assert evidence_horizon([3]).tolist() == [0.5]
    assert evidence_horizon([0, 0]).tolist() == [0.5, 0.5]


@pytest.mark.parametrize("counts", [[-1], [np.nan], [np.inf], [[1]], ["a"]])
def test_bad_counts_are_named(counts):
    with pytest.raises(InvalidQueryError, match="counts"):
        evidence_horizon(counts)
    with pytest.raises(InvalidQueryError, match="reference"):
        evidence_horizon([1], reference=counts)
    with pytest.raises(InvalidQueryError, match="reference"):
        evidence_horizon([1], reference=[])
