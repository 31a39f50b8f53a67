from __future__ import annotations

import json

import pytest
from safetensors.numpy import load, save

from rr_tools import ArtifactError, load_tool
from rr_tools.artifact import checksum


def test_arrays_that_are_missing_are_named(transition_artifact):
    path, card_path = transition_artifact / "weights.safetensors", transition_artifact / "card.json"
    arrays = load(path.read_bytes())
    del arrays["age_weights"]
    path.write_bytes(save(arrays))
    card = json.loads(card_path.read_text())
    card["checksums"] = {path.name: checksum(path.read_bytes())}
    card_path.write_text(json.dumps(card))
    with pytest.raises(ArtifactError, match="lacks age_weights"):
        load_tool(transition_artifact)


def test_a_scorer_whose_file_is_missing(transition_artifact):
    card_path = transition_artifact / "card.json"
    card_path.write_text(json.dumps({**json.loads(card_path.read_text()), "scorer": "sequence"}))
    with pytest.raises(ArtifactError, match=r"no model\.onnx"):
        load_tool(transition_artifact)


def test_only_the_last_items_vote_and_new_ones_weigh_most(transition_artifact, make_queries):
    tool = load_tool(transition_artifact)
    old_first, old_last = tool.scores(make_queries([[3, 9], [9, 3]]))
    assert old_first[10] > old_last[10]
    many = [0] * 12
    with_old, without = tool.scores(make_queries([[9, *many], many]))
    assert with_old[10] == without[10]
