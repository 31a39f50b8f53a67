from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("recbole")

from rr_tools import TrainingData, TrainingRun, get_model  # noqa: E402
from rr_tools.recbole import sequential  # noqa: E402
from rr_tools.recbole.sasrec import SasRecEncoder  # noqa: E402
from rr_tools.recbole.sequential import batch_loss, training_batches  # noqa: E402
from rr_tools.recbole.sequential_config import SasRecConfig  # noqa: E402

QUICK = {"hidden_size": 16, "inner_size": 32, "max_length": 8, "batch_size": 16, "epochs": 10, "learning_rate": 0.01}


@pytest.fixture
def without_export(monkeypatch):
    monkeypatch.setattr(sequential, "network_files", lambda served, example, **options: {})


@pytest.mark.parametrize(
    ("loss", "n_items", "sampled"),
    [
        ("auto", 100, False),
        ("auto", 6000, True),
        ("full", 6000, False),
        ("sampled", 100, True),
        ("recbole", 6000, False),
    ],
)
def test_negatives_are_drawn_where_the_loss_wants_them(loss, n_items, sampled):
    config = SasRecConfig(loss=loss, negatives=50)
    negatives = sequential._draw_negatives(config, n_items, np.random.default_rng(0))
    assert (negatives is not None) == sampled
    if negatives is not None:
        assert len(set(negatives.codes.tolist())) == 50


def test_a_causal_network_is_trained_at_every_position_another_at_the_last(ring):
    config = SasRecConfig(max_length=8, batch_size=16)
    transitions = len(ring.items) - ring.n_users
    for causal in (True, False):
        batches = list(training_batches(ring, config, np.random.default_rng(0), causal=causal))
        assert sum(int((batch.targets >= 0).sum()) for batch in batches) == transitions
        if not causal:
            assert all(((batch.targets >= 0).sum(axis=1) == 1).all() for batch in batches)
            assert {batch.inputs.shape[1] for batch in batches} == {8}


def test_under_recboles_own_loss_no_row_has_padding(ring):
    config = SasRecConfig(max_length=8, batch_size=16, loss="recbole")
    batches = list(training_batches(ring, config, np.random.default_rng(0), causal=True))
    assert all((batch.inputs >= 0).all() for batch in batches)
    assert sum(len(batch.inputs) for batch in batches) == len(ring.items) - ring.n_users


def test_recboles_own_loss_is_the_full_softmax_with_the_padding_row(ring):
    config = SasRecConfig(max_length=8, batch_size=16, loss="recbole")
    encoder = SasRecEncoder(config, ring).eval()
    batch = next(iter(training_batches(ring, config, np.random.default_rng(0), causal=True)))
    own, full = batch_loss(encoder, batch, own=True), batch_loss(encoder, batch, own=False)
    assert full < own < full + 0.2


@pytest.mark.parametrize("loss", ["full", "sampled", "recbole"])
def test_every_loss_learns_the_ring(ring, without_export, loss):
    model = get_model("sasrec")
    config = SasRecConfig(**QUICK, loss=loss, negatives=8)
    lines = []
    model.fit(ring, config, run=TrainingRun(progress=lambda done, total, text: lines.append(text)))
    assert float(lines[-1].rpartition(" ")[2]) > 0.5


@pytest.mark.parametrize("name", ["sasrec", "s3rec", "lightsans", "nextitnet"])
def test_sequences_without_a_transition_train_to_popularity(without_export, name):
    data = TrainingData(items=[0, 1], offsets=[0, 1, 2], n_items=2)
    model = get_model(name)
    assert model.fit(data, model.config_type(epochs=1), run=TrainingRun()).metrics["epochs"] == 1


def test_features_take_the_place_of_ids(ring, without_export, monkeypatch):
    kept = []
    monkeypatch.setattr(sequential, "network_files", lambda served, example, **options: kept.append(served) or {})
    features = np.array(ring.features)
    features[4] = features[9]
    model = get_model("sasrec+v")
    assert model.needs_features
    model.fit(replace(ring, features=features), SasRecConfig(**{**QUICK, "epochs": 1}), run=TrainingRun())
    vectors = kept[0].encoder.item_vectors()
    torch.testing.assert_close(vectors[4], vectors[9])
