"""Scores by group."""

import pytest

from rr_eval import InvalidArgumentError, UnknownNameError, evaluate_by, split_by


def test_groups_are_ordered_and_complete(make_predictions):
    table = make_predictions([["a"]] * 5, ["a"] * 5, group=["high", None, "low", "medium", "archive"])
    groups = split_by(table, "group")
    assert list(groups) == ["low", "medium", "high", "archive", "(none)"]
    assert sum(len(part) for part in groups.values()) == 5


def test_any_column_groups(routed):
    assert list(split_by(routed, "age")) == ["0", "1", "2"]
    found = evaluate_by(routed, by="group", seed=0)
    assert {name: part.score("agent", "HR@5").n for name, part in found.items()} == {"low": 60, "high": 60}


def test_a_group_scores_its_own_rows(make_predictions):
    table = make_predictions([["t"], ["a"]], ["t", "t"], group=["low", "high"])
    found = evaluate_by(table, by="group", metrics=["HR@1"], seed=0, task="sequential")
    assert {name: part.score("tool", "HR@1").value for name, part in found.items()} == {"low": 1, "high": 0}


@pytest.mark.parametrize("column", ["latency_ms", "tools_used"])
def test_columns_that_do_not_group_are_refused(routed, column):
    with pytest.raises(InvalidArgumentError, match=f"column '{column}'"):
        split_by(routed, column)


def test_an_unknown_column_is_refused(routed):
    with pytest.raises(UnknownNameError, match="did you mean 'group'"):
        split_by(routed, "groups")
