import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rr_planner import InvalidPolicyError, QueryBatch
from rr_planner.resilience.last_resort import LastResort
from rr_planner.resilience.validation import check_ranking
from rr_planner.types import Ranking


@given(
    st.lists(st.integers(-5, 50), min_size=1, max_size=20, unique=True),
    st.none() | st.lists(st.integers(-5, 60), min_size=1, max_size=12, unique=True),
    st.integers(1, 15),
)
def test_it_always_gives_a_valid_ranking_in_its_own_order(items, candidates, k):
    queries = QueryBatch.of(
        users=[1, 2],
        histories=[[], []],
        evidence_horizon=[0, 1],
        candidates=None if candidates is None else [candidates, candidates[::-1]],
    )
    answer = Ranking(*LastResort(items).rank(queries, k))
    assert check_ranking(answer, queries, k).errors == {}
    allowed = items if candidates is None else candidates
    place = {item: at for at, item in enumerate(items)}
    kept = answer.items[0][~np.isneginf(answer.scores[0])].tolist()
    assert kept == sorted(allowed, key=lambda item: place.get(item, len(items)))[:k]


@pytest.mark.parametrize("items", [[], [1, 1], [1.5], [[1]], ["a"]])
def test_a_list_that_is_none(items):
    with pytest.raises(InvalidPolicyError, match="last_resort"):
        LastResort(items)
