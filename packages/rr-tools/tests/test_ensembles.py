from __future__ import annotations

import numpy as np
import pytest

from rr_tools import ConfigError, Ranking, load_tool, train
from rr_tools.ensembles import MajorityVote, RankAverage

INF = float("inf")


class Fixed:
    """A tool with given lists; [] is a row without an answer."""

    flops_per_query = 3.0

    def __init__(self, name, rows, scores=None):
        width = max(map(len, rows))
        self.name = name
        self.items = np.full((len(rows), width), -1)
        self.scores = np.full((len(rows), width), -INF)
        for row, items in enumerate(rows):
            self.items[row, : len(items)] = items
            self.scores[row, : len(items)] = -np.arange(len(items)) if scores is None else scores[row]

    def rank(self, queries, k):
        return Ranking(self.items[:, :k], self.scores[:, :k])


def test_votes_count_first_then_places():
    vote = MajorityVote([Fixed("a", [[5, 6, 7]]), Fixed("b", [[6, 8]]), Fixed("c", [[9, 8, 6]])])
    ranking = vote.rank(None, 6)
    assert ranking.items.tolist() == [[6, 8, 5, 9, 7, -1]]  # 5 and 9 tie: the lower code
    assert np.floor(ranking.scores[0, :5]).tolist() == [3, 2, 1, 1, 1]
    assert ranking.scores[0, 5] == -INF


def test_rank_average_is_the_mean_place_with_missing_items_at_the_end():
    average = RankAverage([Fixed("a", [[5, 6, 7]]), Fixed("b", [[6, 8]])], depth=3)
    ranking = average.rank(None, 4)
    means = {5: (1 + 4) / 2, 6: (2 + 1) / 2, 7: (3 + 4) / 2, 8: (4 + 2) / 2}
    expected = sorted(means, key=means.get)
    assert ranking.items[0].tolist() == expected
    assert ranking.scores[0].tolist() == [4 - means[item] for item in expected]


def test_equal_scores_share_the_middle_of_their_places():
    tied = Fixed("a", [[4, 5, 6]], [[2.0, 2.0, 1.0]])
    ranking = RankAverage([tied], depth=3).rank(None, 3)
    assert ranking.items.tolist() == [[4, 5, 6]]
    assert ranking.scores.tolist() == [[2.5, 2.5, 1.0]]


@pytest.mark.parametrize("ensemble", [MajorityVote, RankAverage])
def test_short_lists_and_tools_without_an_answer(ensemble):
    tools = [Fixed("a", [[1], [], [3, 4]]), Fixed("b", [[2, 1], [], []])]
    ranking = ensemble(tools).rank(None, 3)
    assert ranking.items.tolist() == [[1, 2, -1], [-1, -1, -1], [3, 4, -1]]
    assert np.isneginf(ranking.scores[ranking.items == -1]).all()
    assert (ranking.scores[:, :-1] >= ranking.scores[:, 1:]).all()


@pytest.mark.parametrize("ensemble", [MajorityVote, RankAverage])
def test_the_order_of_the_tools_has_no_effect(ensemble):
    rng = np.random.default_rng(0)
    tools = [Fixed(name, [rng.permutation(9)[:6].tolist() for _ in range(20)]) for name in "abc"]
    one, other = ensemble(tools).rank(None, 9), ensemble(tools[::-1]).rank(None, 9)
    np.testing.assert_array_equal(one.items, other.items)


@pytest.mark.parametrize("ensemble", [MajorityVote, RankAverage])
def test_one_tool_keeps_its_order_up_to_the_depth(ensemble):
    assert ensemble([Fixed("a", [[8, 3, 5, 1]])], depth=3).rank(None, 4).items.tolist() == [[8, 3, 5, -1]]


def test_one_voice_counts_once():
    tool = Fixed("a", [[1]])
    with pytest.raises(ConfigError, match="'a' stands in it twice"):
        MajorityVote([tool, Fixed("b", [[1]]), tool])
    with pytest.raises(ConfigError, match="it has none"):
        RankAverage([])
    with pytest.raises(ConfigError, match="depth is 0"):
        RankAverage([tool], depth=0)
    with pytest.raises(ConfigError, match="k is 0"):
        RankAverage([tool]).rank(None, 0)


@pytest.mark.parametrize("ensemble", [MajorityVote, RankAverage])
def test_trained_tools_answer_as_one(ensemble, ring, make_queries, tmp_path):
    names = ("item-transition", "itemknn", "popularity")
    tools = [load_tool(train(name, ring, out=tmp_path / name)) for name in names]
    together = ensemble(tools, depth=10)
    assert together.tool_names == names
    assert together.flops_per_query == sum(tool.flops_per_query for tool in tools)
    queries = make_queries([[3, 4], [], [0, 1, 2]], users=[0, -1, 9], candidates=[[5, 6, 4], [1, 2, 3], [7, 8, 99]])
    ranking = together.rank(queries, 5)
    for row, (items, allowed) in enumerate(zip(ranking.items, [{5, 6}, {1, 2, 3}, {7, 8}], strict=True)):
        assert set(items[items >= 0].tolist()) == allowed, row
    assert ranking.confidence is None
    assert together.rank(make_queries([]), 4).items.shape == (0, 4)
