from __future__ import annotations

import pytest

pytest.importorskip("torch")
pytest.importorskip("lightning")

import torch

from rr_tools import InvalidDataError, load_explainer, train
from rr_tools.explanation.attn2seq import Attn2Seq, Attn2SeqConfig
from rr_tools.explanation.vocabulary import explanation_inputs

CONFIG = Attn2SeqConfig(hidden_size=16)


@torch.no_grad()
def test_every_attribute_is_read(said):
    network = Attn2Seq(explanation_inputs(said, CONFIG), CONFIG).eval()
    context = torch.tensor([[1, 1, 1, 0], [2, 1, 1, 0], [1, 2, 1, 0], [1, 1, 2, 0]])
    logits = network(context, torch.ones(4, 1, dtype=torch.int64)).words
    for other in (1, 2, 3):
        assert not torch.allclose(logits[0], logits[other])


@torch.no_grad()
def test_attention_looks_at_the_attributes_and_not_at_their_encoding_alone(said):
    network = Attn2Seq(explanation_inputs(said, CONFIG), CONFIG).eval()
    (hidden, cell, attributes), rating = network.start(torch.tensor([[1, 1, 1, 0]]))
    assert rating is None
    logits, _ = network.step(torch.tensor([1]), (hidden, cell, attributes))
    others, _ = network.step(torch.tensor([1]), (hidden, cell, attributes + 1.0))
    assert not torch.allclose(logits, others)


def test_it_expects_no_rating(said, quick, tmp_path):
    explainer = load_explainer(train("attn2seq", said, out=tmp_path / "a", config={**quick("attn2seq"), "epochs": 1}))
    with pytest.raises(InvalidDataError, match="ask nrt or peter"):
        explainer.expected_ratings([0], [0])
