from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from rr_tools import ArtifactError, InvalidDataError, load_tool
from rr_tools.artifact import read_artifact
from rr_tools.runtime import pair_scorer
from rr_tools.runtime.scorers import ProbabilityScorer, open_scorer

pytest.importorskip("torch")


def test_candidates_get_the_scores_of_the_catalogue(click_artifact, make_queries):
    tool = load_tool(click_artifact)
    candidates = np.array([[7, 3, 11], [19, 0, 4]])
    queries = make_queries([[1, 2], []], users=[3, -1])
    everything = tool.scores(queries)
    asked = make_queries([[1, 2], []], users=[3, -1], candidates=candidates)
    np.testing.assert_allclose(tool.probabilities(asked), np.take_along_axis(everything, candidates, 1), rtol=1e-5)
    some = tool.scores(asked)
    assert np.isfinite(some).sum(axis=1).tolist() == [3, 3]
    np.testing.assert_allclose(np.take_along_axis(some, candidates, 1), tool.probabilities(asked))


def test_every_question_has_a_probability(click_artifact, make_queries):
    candidates = [[1, 99, -4], [2, 10**9, 1]]
    tool = load_tool(click_artifact)
    probabilities = tool.probabilities(make_queries([[1, 500], []], users=[-7, 10**9], candidates=candidates))
    assert probabilities.dtype == np.float32
    assert ((probabilities > 0) & (probabilities < 1)).all()
    assert np.isneginf(tool.rank(make_queries([[1]], candidates=[[99]]), 1).scores).all()


def test_runs_of_any_size_agree(click_artifact, make_queries, monkeypatch):
    tool = load_tool(click_artifact)
    asked = make_queries([[1], [2], [3]], users=[0, 1, 2], candidates=np.tile(np.arange(20), (3, 1)))
    whole, scores = tool.probabilities(asked), tool.scores(asked)
    monkeypatch.setattr(pair_scorer, "ROWS_PER_RUN", 7)
    np.testing.assert_allclose(tool.probabilities(asked), whole, rtol=1e-5)
    np.testing.assert_allclose(tool.scores(asked), scores, rtol=1e-5)


def test_an_empty_batch(click_artifact, make_queries):
    tool = load_tool(click_artifact)
    asked = make_queries([], candidates=np.empty((0, 1)))
    assert tool.probabilities(asked).shape == (0, 1)
    assert tool.probabilities(make_queries([[1]], candidates=np.empty((1, 0)))).shape == (1, 0)


def test_one_candidate_is_a_yes_or_no_question(click_artifact, make_queries):
    tool = load_tool(click_artifact)
    asked = make_queries([[0, 1, 2]] * 2, users=[3, 3], candidates=[[3], [13]])
    answer, probabilities = tool.rank(asked, 1), tool.probabilities(asked)[:, 0]
    np.testing.assert_array_equal(answer.scores[:, 0], probabilities)
    np.testing.assert_allclose(answer.confidence, np.maximum(probabilities, 1 - probabilities))
    assert probabilities[0] > probabilities[1]


def test_a_tool_without_probabilities_says_so(transition_artifact, click_artifact, make_queries):
    with pytest.raises(InvalidDataError, match="knows no click probability"):
        load_tool(transition_artifact).probabilities(make_queries([[1]], candidates=[[2]]))
    with pytest.raises(InvalidDataError, match="give the items as candidates"):
        load_tool(click_artifact).probabilities(make_queries([[1]]))


def test_arrays_that_are_missing_are_named(click_artifact, transition_artifact):
    artifact = read_artifact(click_artifact)
    assert isinstance(open_scorer(artifact, threads=1), ProbabilityScorer)
    files = {**artifact.files, "weights.safetensors": read_artifact(transition_artifact).files["weights.safetensors"]}
    with pytest.raises(ArtifactError, match="lacks 'users'"):
        open_scorer(replace(artifact, files=files), threads=1)
