from __future__ import annotations

import math

import pytest

pytest.importorskip("torch")
pytest.importorskip("lightning")

import torch

from rr_tools.explanation.losses import content_loss, rating_loss, word_losses
from rr_tools.explanation.network import Predictions

WORDS = torch.tensor([[1, 4, 2, 0], [1, 4, 5, 2]])


def test_padding_is_no_word():
    uniform = Predictions(words=torch.zeros(2, 3, 6))
    losses = word_losses(uniform, WORDS)
    assert losses.tolist() == pytest.approx([math.log(6)] * 5)


def test_content_counts_words_only():
    logits = torch.zeros(2, 6)
    logits[:, 2] = 50.0  # <eos> takes everything, and is no content
    assert content_loss(logits, WORDS).item() == pytest.approx(50.0, abs=1e-3)
    logits = torch.zeros(2, 6)
    assert content_loss(logits, WORDS).item() == pytest.approx(math.log(6))


def test_unknown_ratings_do_not_count():
    expected = torch.tensor([3.0, 4.0], requires_grad=True)
    loss = rating_loss(expected, torch.tensor([float("nan"), 2.0]))
    assert loss.item() == 4.0
    loss.backward()
    assert expected.grad.tolist() == [0.0, 4.0]
    assert rating_loss(torch.ones(1), torch.tensor([float("nan")])).item() == 0.0
