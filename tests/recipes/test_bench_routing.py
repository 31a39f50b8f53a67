"""Routing learned from outcomes."""

from dataclasses import replace

import numpy as np
import pytest

pytest.importorskip("lightgbm", reason="policies are fitted in the training environment")
pytest.importorskip("trl")

from recipes.bench import routing
from recipes.bench.fused_answers import FUSED
from recipes.bench.routing import by_user, measured, tool_choice
from recipes.bench.routing_page import Spent, page
from rr_planner import Costs, OutcomeTable

COSTS = Costs(tools=1.0, reasoner=5.0, evidence=8.0)
SPENT = Spent(full=COSTS, brief=replace(COSTS, evidence=7.5))


def table(size=1200, seed=0):
    """Tools are right where little is known, the reasoner where much is; both together are right where either is."""
    rng = np.random.default_rng(seed)
    horizon = rng.random(size)
    tools, alone = horizon > 0.5, horizon < 0.6
    noise = rng.random(size) < 0.1
    return OutcomeTable.of(
        evidence_horizon=horizon,
        tool_names=(FUSED,),
        tool_confidence=np.where(tools, 0.8, 0.2)[None],
        tool_gain=(tools & ~noise)[None],
        reasoner_confidence=np.where(alone, 0.8, 0.2),
        reasoner_gain=alone & ~noise,
        both_gain=~noise,
        users=np.arange(size),
    )


@pytest.fixture(scope="module")
def split():
    outcomes = table()
    each = np.arange(1200) % 20  # as good as both together: worse where it is 0, better from 1 to 4
    between = np.select([each == 0, each < 5], [outcomes.selected, 1.0], outcomes.both)
    between = replace(outcomes, reasoner=between)
    levels = np.digitize(outcomes.signals.evidence_horizon, (0.3, 0.7))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(routing, "RESPLITS", 50)
        single = np.stack([outcomes.selected, 1 - outcomes.selected])
        return measured(outcomes, between, levels, single, SPENT, 0, middle=True)


def test_what_can_be_learned_is_and_costs_less(split):
    assert split.free["learned"].gap_closed.value > 0.8
    assert split.spared[0.62].figures.gain.value > 0.95 * split.free["both"].gain.value
    assert split.spared[0.62].figures.cost.value < 0.7 * split.free["both"].cost.value
    assert list(split.spared) == [0.25, 0.5, 0.62]  # a tenth would not pay for the tools
    assert split.spared[0.25].difference.high < 0
    assert split.middle.difference.low < 0 < split.middle.difference.high
    assert split.middle.figures.cost.value == COSTS.tools + COSTS.reasoner
    assert split.brief.figures.cost.value == COSTS.tools + SPENT.brief.evidence
    assert split.brief.difference.mean == 0
    assert split.free["both"].n == 600
    assert sum(one.n for one in split.by_level) == 600


def test_tool_use_comes_close_to_what_was_asked_for(split):
    for rate, figures in split.tool_use.items():
        assert abs(figures.tool_use.value - rate) < 0.1


def test_the_bands_escalate_more_the_less_is_known(split):
    shares = [one.shares["both"] for one in split.bands_by_level]
    assert shares == sorted(shares)
    assert shares[0] < shares[2]


def test_a_controlled_risk_is_seldom_exceeded(split):
    assert split.violations <= 0.15  # the half that is measured is small, and its mean strays too


def test_a_system_stands_between_a_drawn_tool_and_the_best():
    tools = np.array([[1.0, 0.0, 0.0, 0.0] * 50, [0.0, 1.0, 0.0, 0.0] * 50])
    users = np.arange(200)
    found = tool_choice(np.array([1.0, 0.0, 1.0, 0.0] * 50), tools, users, seed=0)
    assert (found.random, found.oracle) == (0.25, 0.5)
    assert found.closed == 1.0  # half of the queries, some that no tool answers
    assert found.low < 1.0 < found.high
    assert tool_choice(tools.max(axis=0), tools, users, seed=0).low == 1.0


def test_queries_of_one_user_tell_as_much_as_one():
    values, users = np.random.default_rng(0).random((2, 60)), np.arange(60)
    repeated = by_user(np.tile(values, 3), np.tile(users, 3))
    assert np.allclose(repeated, by_user(values, users))


def test_confidences_are_calibrated_as_far_as_chance_lets_them(split):
    for found in split.calibration.values():
        assert 0 < found.chance < 0.06
        assert found.error < found.chance + 0.03


def test_the_page_tells_all(split):
    text = page({"books": (SPENT, [split, split])}, "nox -s bench -- routing")
    assert "| always the middle way | 67% | " in text
    assert "| always both, ten items of each tool | 94% | " in text
    without = page({"books": (SPENT, [replace(split, middle=None), split])}, "")
    assert "middle way" not in without
    assert "| 62% | " in text
    assert "| 2 of 2 |" in text
    assert "Closed of the gap from random to oracle routing: " in text
    assert "as in the paper's Table A7: " in text
    assert text.count("| 25% |") == 2  # a budget, and a rate of tool use
    assert "| bands: the reasoner reads them | " in text
