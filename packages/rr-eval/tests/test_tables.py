"""Tables for papers: bold only where significant."""

import pytest

from rr_eval import Predictions, compare, evaluate, latex_table, markdown_table


@pytest.fixture
def contest(make_predictions):
    winner = make_predictions([["t"]] * 50, ["t"] * 50, system="winner_1")
    loser = make_predictions([["a"]] * 50, ["t"] * 50, system="loser & co")
    evaluation = evaluate(Predictions.concat([winner, loser]), metrics=["HR@1"], seed=0)
    return evaluation, compare(evaluation, reference="loser & co")


def test_markdown(contest):
    lines = markdown_table(*contest).splitlines()
    assert lines[:4] == ["| system | HR@1 |", "| --- | --- |", "| winner_1 | **1.0000*** |", "| loser & co | 0.0000 |"]
    assert "Holm's correction, p < 0.05" in lines[5]
    assert "**1.0000** |" in markdown_table(*contest, stars=False)


def test_latex(contest):
    text = latex_table(*contest)
    assert r"winner\_1 & \textbf{1.0000}* \\" in text
    assert r"loser \& co & 0.0000 \\" in text
    assert text.splitlines()[0].startswith("% Task sequential, 50 queries")


def test_nothing_is_bold_in_a_close_race(routed):
    evaluation = evaluate(routed, seed=0)
    comparison = compare(evaluation, reference="agent")
    assert set(comparison.best.values()) == {None}
    assert "**" not in markdown_table(evaluation, comparison)
    assert "textbf" not in latex_table(evaluation, comparison)
