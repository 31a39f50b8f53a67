from __future__ import annotations

from dataclasses import replace

import numpy as np

from rr_tools import load_tool
from rr_tools.runtime import tool as tool_module


def test_chunks_change_nothing(transition_artifact, ring, make_queries, monkeypatch):
    tool = load_tool(transition_artifact)
    rows = [ring.sequence(user).tolist() for user in range(17)]
    queries = make_queries(rows, candidates=np.tile(np.arange(15), (17, 1)))
    whole, scores = tool.rank(queries, 6), tool.scores(queries)
    monkeypatch.setattr(tool_module, "CELLS_PER_CHUNK", 3 * ring.n_items)
    assert len(list(tool.score_chunks(queries))) == 6
    again = tool.rank(queries, 6)
    np.testing.assert_array_equal(again.items, whole.items)
    np.testing.assert_array_equal(again.confidence, whole.confidence)
    np.testing.assert_array_equal(tool.scores(queries), scores)


def test_catalogues_beyond_a_chunk_are_scored_one_by_one(transition_artifact, make_queries, monkeypatch):
    tool = load_tool(transition_artifact)
    monkeypatch.setattr(tool_module, "CELLS_PER_CHUNK", 1)
    assert tool.rank(make_queries([[1], [2], [3]]), 2).items.shape == (3, 2)


def test_known_sums_are_the_sums_of_what_is_not_masked(transition_artifact, ring, make_queries):
    tool = load_tool(transition_artifact)
    rows = [[], [1, 2, 3], [5, 5, 6], list(range(ring.n_items))]
    (chunk,) = tool.score_chunks(make_queries(rows))
    sums = np.where(np.isneginf(chunk.scores), 0.0, chunk.scores).sum(axis=1)
    np.testing.assert_allclose(chunk.sums[:3], sums[:3], rtol=1e-5)
    assert np.isnan(chunk.sums[3])  # all are seen: the difference of equal sums says nothing
    features = tool.confidence_features(chunk)
    by_summing = tool.confidence_features(replace(chunk, sums=None))
    np.testing.assert_allclose(features, by_summing, atol=1e-5)


def test_confidence_rises_with_the_share_of_the_first_five(transition_artifact, make_queries):
    tool = load_tool(transition_artifact)
    queries = make_queries([[1, 2, 3], [1, 8, 15]])
    confidence = tool.rank(queries, 5).confidence
    assert ((confidence > 0) & (confidence < 1)).all()
    assert confidence[0] >= confidence[1] - 1e-12
