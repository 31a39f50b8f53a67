from __future__ import annotations

import numpy as np
import pytest

from rr_tools import ArtifactError
from rr_tools.runtime.explanation_inputs import ExplanationInputs
from rr_tools.runtime.vocabulary import SPECIAL, UNK, Vocabulary

INPUTS = ExplanationInputs(
    vocabulary=Vocabulary((*SPECIAL, "size", "größe")), n_users=2, n_items=3, ratings=(1.0, 4.0, 5.0), longest=9
)


def test_codes_of_what_is_known_and_what_is_not():
    context = INPUTS.context([0, 1, 2, -1], [2, 3, 0, 0], [4.4, np.nan, 9.0, -2.0], ["size", None, "nothing", ""])
    assert context.tolist() == [[1, 3, 2, 4], [2, 0, 0, 0], [0, 1, 3, UNK], [0, 1, 1, 0]]


def test_without_ratings_none_is_known():
    inputs = ExplanationInputs(vocabulary=INPUTS.vocabulary, n_users=2, n_items=3, ratings=(), longest=9)
    assert inputs.context([0], [0], [3.0])[0].tolist() == [1, 1, 0, 0]


def test_it_comes_back_from_json():
    read = ExplanationInputs.from_json(INPUTS.to_json())
    assert (read.vocabulary, read.ratings, read.longest) == (INPUTS.vocabulary, INPUTS.ratings, 9)
    assert (read.n_users, read.n_items) == (2, 3)


@pytest.mark.parametrize("content", [b"{}", b"no json", b'{"words": ["a"], "n_users": 1}', b"[]"])
def test_damage_is_named(content):
    with pytest.raises(ArtifactError, match="vocabulary of the artifact cannot be read"):
        ExplanationInputs.from_json(content)
