from __future__ import annotations

import numpy as np
import pytest

from rr_tools import ArtifactError
from rr_tools.runtime.explainer import likeliest, load_explainer


def test_special_words_are_never_written_and_no_text_is_empty():
    logits = np.array([[9, 9, 8, 9, 1, 2], [0, 0, -5, 9, -7, -6]], dtype=np.float32)
    assert likeliest(logits, first=True).tolist() == [5, 5]
    assert likeliest(logits, first=False).tolist() == [2, 2]
    assert logits[0, 0] == 9  # what was given is left alone


def test_a_tool_that_ranks_explains_nothing(transition_artifact):
    with pytest.raises(ArtifactError, match="explains nothing"):
        load_explainer(transition_artifact)
    with pytest.raises(ArtifactError, match="another item map"):
        load_explainer(transition_artifact, item_map_checksum="other")
