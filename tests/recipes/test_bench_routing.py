"""Routing learned from outcomes."""

from dataclasses import replace

import numpy as np
import pytest

pytest.importorskip("lightgbm", reason="policies are fitted in the training environment")
pytest.importorskip("trl")

from recipes.bench import routing
from recipes.bench.fused_answers import FUSED
from recipes.bench.routing import best_tools, by_user, given_one, measured, tool_choice
from recipes.bench.routing_page import Single, Spent, page
from recipes.bench.tool_answers import TOOLS, Asked
from recipes.demo.examples import Examples
from rr_planner import Costs, OutcomeTable, QueryBatch, Ranking

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
        single = Single(drawn=0.5 * np.ones(1200), best=np.ones(1200))
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
    single = Single(drawn=np.array([1.0, 0.0, 0.0, 0.0] * 50), best=np.array([1.0, 1.0, 1.0, 0.0] * 50))
    users = np.arange(200)
    found = tool_choice(np.array([1.0, 1.0, 0.0, 0.0] * 50), single, users, seed=0)
    assert (found.random, found.oracle, found.closed) == (0.25, 0.75, 0.5)
    assert found.low < 0.5 < found.high
    assert tool_choice(single.best, single, users, seed=0).low == 1.0


def test_the_best_tool_is_the_one_that_has_the_item_first():
    lists = {"item-transition": [[1, 2], [1, 2], [1, 2]], "sasrec": [[2, 1], [3, 1], [9, 8]]}
    lists |= {"text-knn": [[7, 8], [2, 9], [5, 6]], "attribute-knn": [[7, 8], [2, 9], [5, 6]]}
    answers = {name: Ranking(np.array(items), np.array([[2.0, 1.0]] * 3)) for name, items in lists.items()}
    examples = Examples(np.arange(3), (np.array([0]),) * 3, np.array([2, 2, 4]))
    asked = Asked(examples, QueryBatch.of(users=[0, 1, 2], histories=[[0]] * 3, evidence_horizon=[0.5] * 3), answers)
    # Where none has the item, the tool that has it most often: item-transition, in both of the others.
    assert [TOOLS[place] for place in best_tools(asked)] == ["sasrec", "text-knn", "item-transition"]


class Repeating:
    """Answers what the only tool that speaks says."""

    def deliberate(self, queries, k, evidence):
        speaks = np.stack([np.isfinite(evidence[name].scores[:, 0]) for name in TOOLS])
        assert (speaks.sum(axis=0) == 1).all()
        return Ranking(
            np.stack([evidence[TOOLS[tool]].items[row, :k] for row, tool in enumerate(speaks.argmax(axis=0))]),
            np.ones((len(queries), k)),
        )


def test_the_reasoner_is_given_the_chosen_tool_alone(tmp_path):
    answers = {name: Ranking(np.full((4, 6), place), np.ones((4, 6))) for place, name in enumerate(TOOLS)}
    examples = Examples(np.arange(4), (np.array([0]),) * 4, np.array([0, 1, 0, 3]))
    asked = Asked(examples, QueryBatch.of(users=range(4), histories=[[0]] * 4, evidence_horizon=[0.5] * 4), answers)
    assert given_one(Repeating(), asked, np.arange(4), tmp_path / "kept.npz").tolist() == [1.0, 1.0, 0.0, 1.0]


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
