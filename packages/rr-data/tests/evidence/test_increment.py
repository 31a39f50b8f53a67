from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rr_data.errors import EvidenceError, UnknownNameError
from rr_data.evidence.horizon import NORMALIZERS, evidence_horizon
from rr_data.evidence.increment import EvidenceCounter

COUNTS = st.lists(st.integers(0, 300), max_size=12)
BATCHES = st.lists(st.lists(st.integers(0, 15), max_size=25), max_size=6)


@settings(deadline=None)
@given(COUNTS, BATCHES, st.sampled_from(sorted(NORMALIZERS)))
def test_update_equals_recompute(start: list[int], batches: list[list[int]], normalizer: str) -> None:
    counter = EvidenceCounter(np.array(start, dtype=np.int64))
    seen = np.array(start, dtype=np.int64)
    for batch in batches:
        counter.add(np.array(batch, dtype=np.int64))
        if batch:
            seen = np.bincount(batch, minlength=max(len(seen), max(batch) + 1)) + np.pad(
                seen, (0, max(max(batch) + 1 - len(seen), 0))
            )
        assert counter.counts.tolist() == seen.tolist()
        if len(seen) == 0:
            continue
        fresh = evidence_horizon(seen, normalizer=normalizer, thresholds=(0.2, 0.6))
        kept = counter.horizon(normalizer, (0.2, 0.6))
        for name in ("counts", "raw", "normalized", "levels"):
            assert getattr(kept, name).tobytes() == getattr(fresh, name).tobytes()
        assert [counter.value(user, normalizer) for user in range(len(counter))] == fresh.normalized.tolist()


def test_counts_are_copies() -> None:
    mine = np.array([1, 2])
    counter = EvidenceCounter(mine)
    counter.add([0])
    counter.counts[0] = 99
    assert mine.tolist() == [1, 2]
    assert counter.counts.tolist() == [2, 2]


def test_bad_arguments() -> None:
    counter = EvidenceCounter([1])
    for users in ([-1], [0.5], [[0]]):
        with pytest.raises(EvidenceError, match="users"):
            counter.add(users)
    assert counter.counts.tolist() == [1]
    with pytest.raises(EvidenceError, match="code from 0 to 0"):
        counter.value(1)
    with pytest.raises(UnknownNameError):
        counter.value(0, "ranks")
    with pytest.raises(EvidenceError, match="counts"):
        EvidenceCounter([-1])
    with pytest.raises(EvidenceError, match="at least one count"):
        EvidenceCounter().horizon()
