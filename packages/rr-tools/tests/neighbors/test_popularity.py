from __future__ import annotations

from rr_tools import TrainingData, load_tool, train


def test_the_most_taken_comes_first(make_queries, tmp_path):
    data = TrainingData(items=[2, 2, 2, 0, 1, 0], offsets=[0, 4, 6], n_items=4)
    tool = load_tool(train("popularity", data, out=tmp_path / "tool"))
    assert tool.rank(make_queries([[], [2]]), 4).items.tolist() == [[2, 0, 1, 3], [0, 1, 3, -1]]
    assert tool.flops_per_query == 0.0
