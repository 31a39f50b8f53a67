from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rr_data.errors import EvidenceError, OptionError, UnknownNameError
from rr_data.evidence.groups import AGGREGATES, cold_start_groups, in_aggregate


@settings(deadline=None)
@given(st.lists(st.integers(0, 9), max_size=60), st.integers(1, 12))
def test_sizes_and_order(counts: list[int], n_groups: int) -> None:
    groups = cold_start_groups(np.array(counts, dtype=np.int64), n_groups=n_groups)
    assert groups.dtype == np.int8
    sizes = np.bincount(groups, minlength=n_groups + 1)[1:]
    assert len(sizes) == n_groups
    assert sizes.max() - sizes.min() <= 1
    order = np.lexsort((np.arange(len(counts)), counts))
    assert (np.diff(groups[order]) >= 0).all()  # by count, and among equal counts by code


def test_aggregates() -> None:
    groups = cold_start_groups(np.arange(1000))
    assert [in_aggregate(groups, name).sum() for name in AGGREGATES] == [300, 300, 1000]
    assert in_aggregate(groups, "coldest")[:300].all()
    with pytest.raises(UnknownNameError, match="Did you mean 'coldest'"):
        in_aggregate(groups, "cold")


def test_bad_arguments() -> None:
    with pytest.raises(EvidenceError):
        cold_start_groups([0.5])
    for n_groups in (0, 128):
        with pytest.raises(OptionError):
            cold_start_groups([1], n_groups=n_groups)
