"""The served texts are those that torch writes from the whole prefix each time."""

from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("torch")
pytest.importorskip("lightning")

from safetensors.torch import load

from rr_tools import get_model, load_explainer, train
from rr_tools.artifact import TENSORS_FILE, read_artifact
from rr_tools.configuration import parse_config
from rr_tools.explanation.decoding import greedy_texts

ROWS = 100


@pytest.mark.parametrize(
    ("name", "options"), [("attn2seq", {}), ("nrt", {}), ("peter", {}), ("peter", {"use_feature": True})]
)
def test_the_same_texts_on_a_hundred_rows(name, options, said, quick, tmp_path):
    model = get_model(name)
    artifact = read_artifact(train(name, said, out=tmp_path / "tool", config={**quick(name), **options}))
    explainer = load_explainer(tmp_path / "tool")
    network = model.fit.build(explainer.inputs, parse_config(model.config_type, dict(artifact.card.config)))
    network.load_state_dict(load(artifact.file(TENSORS_FILE)))
    rng = np.random.default_rng(0)
    users, items = rng.integers(-1, said.n_users + 1, ROWS), rng.integers(-1, said.n_items + 1, ROWS)
    ratings, features = rng.choice([1.0, 4.6, np.nan], ROWS), rng.choice(["card", "lamp", "unheard"], ROWS).tolist()
    context = explainer.inputs.context(users, items, ratings, features)
    expected = greedy_texts(network.eval(), explainer.inputs, context)
    assert explainer.explain(users, items, ratings, features) == expected
    assert len(set(expected)) > 1
