from __future__ import annotations

import pytest

torch = pytest.importorskip("torch")

from rr_tools.layers.perceptron import perceptron  # noqa: E402


def test_shapes_with_and_without_output():
    inputs = torch.zeros(5, 6)
    assert perceptron(6, hidden_size=4, hidden_layers=2, output_size=1)(inputs).shape == (5, 1)
    assert perceptron(6, hidden_size=4, hidden_layers=2)(inputs).shape == (5, 4)
    assert perceptron(6, hidden_size=4, hidden_layers=0, output_size=3)(inputs).shape == (5, 3)


def test_dropout_acts_in_training_only():
    network = perceptron(6, hidden_size=64, hidden_layers=1, dropout=0.5)
    inputs = torch.ones(1, 6)
    assert (network.eval()(inputs) == network(inputs)).all()
    with torch.random.fork_rng():
        torch.manual_seed(0)
        assert (network.train()(inputs) != network(inputs)).any()
