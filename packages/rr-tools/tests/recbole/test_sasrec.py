from __future__ import annotations

import numpy as np
import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("recbole")

from rr_tools import TrainingData  # noqa: E402
from rr_tools.recbole import sasrec  # noqa: E402
from rr_tools.recbole.config import SasRecConfig  # noqa: E402
from rr_tools.recbole.models import build_sasrec  # noqa: E402
from rr_tools.recbole.sasrec import ServedSasRec, flops_per_query  # noqa: E402


def test_the_served_network_scores_items_by_code():
    config = SasRecConfig(hidden_size=16, max_length=4)
    model = build_sasrec(config, n_items=5).eval()
    served = ServedSasRec(model, np.array([4, 1, 1, 1, 1]))
    served.eval()
    scores = served(torch.tensor([[0, 3, -1, -1], [-1, -1, -1, -1]]))
    hidden = model(torch.tensor([[1, 4, 0, 0]]), torch.tensor([2]))
    torch.testing.assert_close(scores[0], (hidden @ model.item_embedding.weight.T)[0, 1:])
    assert scores[1].argmax() == 0  # an empty history gets the most popular
    torch.testing.assert_close(scores[1].exp().sum(), torch.tensor(1.0))


@pytest.mark.parametrize(
    ("loss", "n_items", "sampled"), [("auto", 100, False), ("auto", 6000, True), ("full", 6000, False)]
)
def test_negatives_are_drawn_where_the_catalogue_is_large(loss, n_items, sampled):
    config = SasRecConfig(loss=loss, negatives=50)
    negatives = sasrec._draw_negatives(config, n_items, np.random.default_rng(0))
    assert (negatives is not None) == sampled
    if negatives is not None:
        assert len(set(negatives.codes.tolist())) == 50


def test_sampled_softmax_trains(ring, monkeypatch):
    monkeypatch.setattr(sasrec, "export_network", lambda served, example: b"")
    config = SasRecConfig(
        hidden_size=16, inner_size=32, max_length=8, batch_size=16, epochs=10, loss="sampled", negatives=8
    )
    lines = []
    sasrec.fit(ring, config, seed=0, progress=lambda done, total, text: lines.append(text))
    assert float(lines[-1].rpartition(" ")[2]) > 0.5


def test_sequences_without_a_transition_train_to_popularity(monkeypatch):
    monkeypatch.setattr(sasrec, "export_network", lambda served, example: b"")
    data = TrainingData(items=[0, 1], offsets=[0, 1, 2], n_items=2)
    fitted = sasrec.fit(data, SasRecConfig(epochs=1), seed=0, progress=lambda *call: None)
    assert fitted.metrics["epochs"] == 1


def test_operations_of_one_layer_by_hand():
    config = SasRecConfig(hidden_size=2, n_layers=1, n_heads=1, inner_size=3, max_length=5)
    projections = 4 * 5 * (2 * 2 * 2)  # query, key, value, output: a 5x2 by 2x2 product each
    attention = 2 * (2 * 5 * 5 * 2)  # scores and their weighted sum
    feed_forward = 2 * (2 * 5 * 2 * 3)
    assert flops_per_query(config, 7) == projections + attention + feed_forward + 2 * 2 * 7
