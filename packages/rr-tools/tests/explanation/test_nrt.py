from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("torch")
pytest.importorskip("lightning")

import torch

from rr_tools import load_explainer, train
from rr_tools.explanation.nrt import Nrt, NrtConfig
from rr_tools.explanation.vocabulary import explanation_inputs

CONFIG = NrtConfig(hidden_size=16)


def test_ratings_are_learnt(said, quick, tmp_path):
    config = {**quick("nrt"), "epochs": 30, "patience": 30, "rating_weight": 1.0}
    explainer = load_explainer(train("nrt", said, out=tmp_path / "tool", config=config))
    rows = said.parts == 0
    expected = explainer.expected_ratings(said.users[rows], said.items[rows])
    assert np.abs(expected - said.ratings[rows]).mean() < 0.8


@torch.no_grad()
def test_the_expected_rating_has_a_say_in_the_text(said):
    network = Nrt(explanation_inputs(said, CONFIG), CONFIG).eval()
    context = torch.tensor([[1, 1, 0, 0]])
    network.rating_output.weight.zero_()
    logits = []
    for rating in (2.0, 5.0):
        network.rating_output.bias.fill_(rating)
        logits.append(network(context, torch.ones(1, 1, dtype=torch.int64)).words)
    assert not torch.allclose(*logits)
