from collections import defaultdict

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rr_planner import InvalidAnswerError, Ranking, majority_vote


def ranking(*lists, shift=0.0):
    """Lists of items, best first, as a ranking; shorter ones are padded."""
    width = max((len(one) for one in lists), default=1)
    items = np.zeros((len(lists), width), dtype=np.int64)
    scores = np.full((len(lists), width), -np.inf)
    for row, one in enumerate(lists):
        items[row, : len(one)] = one
        scores[row, : len(one)] = shift - np.arange(len(one))
    return Ranking(items, scores)


def shown(answer):
    return [row[~np.isneginf(scores)].tolist() for row, scores in zip(answer.items, answer.scores, strict=True)]


def test_by_hand():
    tools = [ranking([1, 2, 3], shift=1), ranking([4, 2, 5], shift=2), ranking([6, 3, 4], shift=3)]
    # Two votes each: 2 (1/2 + 1/2), 3 (1/3 + 1/2), 4 (1 + 1/3); one vote each: 1 and 6 at rank 1, 5 at rank 3.
    assert shown(majority_vote(tools, 6)) == [[4, 2, 3, 1, 6, 5]]
    assert shown(majority_vote(tools, 2)) == [[4, 2]]


def test_padding_has_no_vote_and_short_unions_are_padded():
    answer = majority_vote([ranking([0], [7, 8]), ranking([5, 3], [], shift=1)], 4)
    assert shown(answer) == [[0, 5, 3], [7, 8]]
    assert answer.items.shape == (2, 4)


def test_a_copy_of_a_tool_gains_no_weight():
    honest, other = ranking([1, 2], shift=5), ranking([3, 4], shift=6)
    third = ranking([4, 5], shift=7)
    expected = shown(majority_vote([honest, other, third], 5))
    assert shown(majority_vote([honest, honest, honest, other, third], 5)) == expected
    assert shown(majority_vote([honest, other, third, honest], 5)) == expected


def test_equal_first_choices_of_different_tools_are_two_votes():
    assert shown(majority_vote([ranking([9], shift=1), ranking([2], shift=2), ranking([9], shift=3)], 1)) == [[9]]


lists = st.lists(st.lists(st.integers(0, 8), unique=True, max_size=5), min_size=1, max_size=4)


@given(lists, st.integers(1, 8), st.randoms(use_true_random=False))
def test_against_a_plain_implementation(tools, k, random):
    votes, reciprocal, best = defaultdict(int), defaultdict(float), {}
    for one in tools:
        for place, item in enumerate(one, start=1):
            votes[item] += 1
            reciprocal[item] += 1 / place
            best[item] = min(place, best.get(item, place))
    expected = sorted(votes, key=lambda item: (-votes[item], -round(reciprocal[item], 9), best[item], item))[:k]
    numbered = [ranking(one, shift=number) for number, one in enumerate(tools)]
    random.shuffle(numbered)
    answer = majority_vote(numbered, k)
    assert shown(answer) == [expected]
    assert np.floor(answer.scores[0, : len(expected)]).tolist() == [votes[item] for item in expected]
    assert (np.diff(answer.scores[0, : len(expected)]) <= 0).all()


@given(st.integers(0, 2**32 - 1))
def test_batch_is_one_by_one(seed):
    generator = np.random.default_rng(seed)
    tools = [Ranking.from_scores(generator.random((4, 6)).round(1), 3) for _ in range(3)]
    together = majority_vote(tools, 4)
    for row in range(4):
        alone = majority_vote([tool.take([row]) for tool in tools], 4)
        assert alone.items[0].tolist() == together.items[row].tolist()
        assert alone.scores[0].tolist() == together.scores[row].tolist()


def test_empty_batch_and_bad_arguments():
    assert majority_vote([Ranking.from_scores(np.empty((0, 3)), 2)], 2).items.shape == (0, 2)
    with pytest.raises(InvalidAnswerError, match="none"):
        majority_vote([], 2)
    with pytest.raises(InvalidAnswerError, match="answers to"):
        majority_vote([ranking([1]), ranking([1], [2])], 2)
