"""Where targets stand, read off some queries at a time."""

import numpy as np
import pytest

pytest.importorskip("recbole", reason="the demo runs in the training environment")

from recipes.demo.evaluation import Place
from rr_planner import Ranking


def test_places_do_not_hang_on_how_many_queries_are_read_at_once():
    rng = np.random.default_rng(0)
    scores, targets = rng.integers(4, size=(23, 9)).astype(float), rng.integers(9, size=23)
    whole = Place.of(scores, targets)
    assert whole.ahead[0] == (scores[0] > scores[0, targets[0]]).sum()
    for at_once in (1, 5, 100):
        some = Place.scored(lambda rows: scores[rows], targets, at_once=at_once)
        assert some.ahead.tolist() == whole.ahead.tolist()
        assert some.tied.tolist() == whole.tied.tolist()


def test_what_a_list_does_not_name_is_tied_behind_it():
    ranking = Ranking(np.array([[4, 2]]), np.array([[2.0, 1.0]]))
    listed, missing = (Place.listed(ranking, 6, np.array([target])) for target in (2, 0))
    assert (listed.ahead.tolist(), listed.tied.tolist()) == ([1], [0])
    assert (missing.ahead.tolist(), missing.tied.tolist()) == ([2], [3])
    assert not listed.whole
