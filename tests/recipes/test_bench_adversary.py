"""One adversarial tool of three."""

import numpy as np
import pytest

pytest.importorskip("lightgbm", reason="fusions are fitted in the training environment")

from recipes.bench.adversary import HONEST, THIRD, adversary
from recipes.bench.tool_answers import Asked, asked_for, queries
from recipes.bench.tools_data import prepared
from rr_planner import Ranking


def test_the_fusion_sees_through_a_tool_that_answers_for_others(write_ring, tmp_path):
    data = prepared(write_ring(items=40, users=700), tmp_path)
    asked = []
    for seed, place in enumerate((1, 0)):
        examples = asked_for(data, place)
        scores = np.random.default_rng(seed).normal(size=(3, len(examples), data.n_items))
        scores[:, np.arange(len(examples)), examples.targets] += 1.5
        answers = {name: Ranking.from_scores(scores[tool], 20) for tool, name in enumerate((*HONEST, THIRD))}
        asked.append(Asked(examples, queries(data, examples), answers))
    found = adversary(*asked, {"popularity": np.zeros(data.n_items)}, depth=10, reach=20)
    rates = {name: (ranks <= 5).mean() for name, ranks in {**found.alone, **found.combined}.items()}
    best = max(rates[name] for name in HONEST)
    assert rates[THIRD] < 0.5 * best
    assert rates["learned fusion"] > 0.98 * best
    assert rates["learned fusion"] >= rates["learned fusion, the tool turned after its fit"]
