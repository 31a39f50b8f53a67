"""The learned fusion among the answers that the reasoner reads."""

import numpy as np
import pytest

pytest.importorskip("lightgbm", reason="fusions are fitted in the training environment")

from recipes.bench.fused_answers import FUSED, cross_fused, fuse, fusion_of
from recipes.bench.tool_answers import Asked, asked_for, codes, list_ranks, queries
from recipes.bench.tools_data import prepared
from rr_planner import Ranking


@pytest.fixture
def asked(write_ring, tmp_path):
    data = prepared(write_ring(items=40, users=700), tmp_path)
    examples = asked_for(data, 1)
    rng = np.random.default_rng(0)
    scores = rng.normal(size=(2, len(examples), data.n_items))
    scores[0, np.arange(len(examples)), examples.targets] += 2.0
    answers = {name: Ranking.from_scores(scores[place], 20) for place, name in enumerate(("good", "noise"))}
    return data, Asked(examples, queries(data, examples), answers)


def test_nobody_is_fused_by_what_was_fitted_on_him_and_what_is_kept_is_read(asked, tmp_path):
    data, some = asked
    found = cross_fused(some, data, tmp_path / "fused.npz", k=10)
    again = cross_fused(some, data, tmp_path / "fused.npz", k=10)
    assert list(found.answers) == ["good", "noise", FUSED]
    assert found.answers[FUSED].items.shape == (len(some), 10)
    assert found.answers[FUSED].items.tolist() == again.answers[FUSED].items.tolist()
    whole = fuse(fusion_of(some, data, tmp_path / "fusion.json"), some, k=10)
    assert whole.items.tolist() != found.answers[FUSED].items.tolist()
    hits = [(list_ranks(codes(one), some.examples.targets) <= 5).mean() for one in found.answers.values()]
    assert hits[2] > 0.9 * hits[0] > hits[1]


def test_a_tool_that_the_fusion_does_not_know_is_not_read(asked, tmp_path):
    data, some = asked
    fusion = fusion_of(some, data, tmp_path / "fusion.json")
    strange = Asked(some.examples, some.queries, {**some.answers, "stranger": some.answers["noise"]})
    assert fuse(fusion, strange, k=5).items.tolist() == fuse(fusion, some, k=5).items.tolist()
