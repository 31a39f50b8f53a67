"""What the click-through models have in common; `test_model_contract.py` asks more of every registered model."""

from __future__ import annotations

import logging
import signal
from dataclasses import replace

import numpy as np
import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("lightning")

from rr_tools import ClickTable, CtrData, get_model, load_tool, train  # noqa: E402
from rr_tools.artifact import read_artifact  # noqa: E402
from rr_tools.ctr.fields import Fields  # noqa: E402
from rr_tools.export.rebuilt import rebuild  # noqa: E402

MODELS = ("afn+", "autoint+", "dcnv2", "dhen", "dlrm", "finalmlp", "masknet", "xdeepfm")


@pytest.mark.parametrize("name", MODELS)
@pytest.mark.parametrize("with_features", [True, False])
def test_every_weight_is_trained(ring, name, with_features):
    data = CtrData.of(ring if with_features else replace(ring, features=None, attributes=None))
    fields, clicks = Fields.of(data, recent=3), data.clicks_or_drawn(negatives=1, seed=0)
    model = get_model(name)
    network = model.fit.build(fields.layout, model.config_type())
    rows = torch.from_numpy(fields.rows_of(data, clicks)).long()
    logits = network(rows)
    assert logits.shape == (len(rows),)
    torch.nn.functional.binary_cross_entropy_with_logits(logits, torch.from_numpy(clicks.labels).float()).backward()
    untrained = [key for key, weight in network.named_parameters() if weight.grad is None or not weight.grad.any()]
    assert not untrained


def test_the_card_tells_how_good_the_probabilities_are(click_artifact):
    card = load_tool(click_artifact).card
    assert (card.task, card.scorer) == ("ctr", "pairs")
    assert 0.5 < card.metrics["validation_auc"] <= 1.0
    assert card.metrics["validation_logloss"] > 0
    assert card.flops_per_query == card.metrics["flops_per_row"] * card.n_items
    assert card.metrics["flops_per_row"] > 1000


def test_probabilities_are_calibrated_on_the_validation_rows(click_artifact, ring):
    clicks = CtrData.of(ring).clicks_or_drawn(negatives=4, seed=0).part(1)
    tool = load_tool(click_artifact)
    histories = [ring.sequence(user) for user in clicks.users]
    asked = type("Asked", (), {"users": clicks.users, "histories": histories, "candidates": clicks.items[:, None]})
    assert tool.probabilities(asked).mean() == pytest.approx(clicks.labels.mean(), abs=0.02)


def test_the_network_is_built_again_from_the_artifact(click_artifact):
    rebuilt = rebuild(read_artifact(click_artifact))
    assert set(rebuilt.export()) == {"model.onnx", "network.safetensors"}


def test_given_clicks_are_what_is_trained_on(ring, small_config, tmp_path):
    data = CtrData.of(ring)
    drawn = data.clicks_or_drawn(negatives=1, seed=0)
    inverted = ClickTable(drawn.users, drawn.items, 1 - drawn.labels, drawn.parts, drawn.history_lengths)
    tools = [
        load_tool(train("dcnv2", replace(data, clicks=clicks), out=tmp_path / "tool", config=small_config("dcnv2")))
        for clicks in (drawn, inverted)
    ]
    asked = type("Asked", (), {"users": np.array([-1]), "histories": [np.array([1, 2])], "candidates": np.array([[3]])})
    first, second = (tool.probabilities(asked)[0, 0] for tool in tools)
    assert first > 0.5 > second


def test_without_validation_nothing_is_calibrated(ring, small_config, tmp_path):
    data = replace(ring, validation=None)
    tool = load_tool(train("dlrm", data, out=tmp_path / "tool", config={**small_config("dlrm"), "epochs": 1}))
    assert tool.card.calibration is None
    assert tool.card.metrics["epochs"] == 1.0
    assert "validation_auc" not in tool.card.metrics


def test_an_interrupt_stays_one(ring, small_config, tmp_path):
    def interrupt(done, total, text):
        raise KeyboardInterrupt

    before = signal.getsignal(signal.SIGINT)
    with pytest.raises(KeyboardInterrupt):
        train("dlrm", ring, out=tmp_path / "tool", config=small_config("dlrm"), progress=interrupt)
    assert signal.getsignal(signal.SIGINT) is before
    assert not (tmp_path / "tool").exists()


def test_nothing_is_left_changed(ring, small_config, tmp_path, capfd):
    logger = logging.getLogger("lightning.pytorch")
    level, random = logger.level, torch.get_rng_state()
    train("dlrm", ring, out=tmp_path / "tool", config={**small_config("dlrm"), "epochs": 1})
    assert logger.level == level
    assert torch.equal(torch.get_rng_state(), random)
    assert capfd.readouterr() == ("", "")
