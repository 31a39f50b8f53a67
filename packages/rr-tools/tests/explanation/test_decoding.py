"""Writing word by word from a kept state gives the texts that torch writes from the whole prefix each time."""

from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("torch")
pytest.importorskip("lightning")

from safetensors.torch import load

from rr_tools import load_explainer, train
from rr_tools.artifact import TENSORS_FILE, read_artifact
from rr_tools.configuration import parse_config
from rr_tools.explanation.decoding import greedy_texts
from rr_tools.explanation.peter import Peter, PeterConfig

ROWS = 100


def test_the_same_texts_on_a_hundred_odd_rows(said, quick, tmp_path):
    config = {**quick("peter"), "use_feature": True}
    artifact = read_artifact(train("peter", said, out=tmp_path / "tool", config=config))
    explainer = load_explainer(tmp_path / "tool")
    network = Peter(explainer.inputs, parse_config(PeterConfig, config))
    network.load_state_dict(load(artifact.file(TENSORS_FILE)))
    rng = np.random.default_rng(0)
    users, items = rng.integers(-1, said.n_users + 1, ROWS), rng.integers(-1, said.n_items + 1, ROWS)
    ratings, features = rng.choice([1.0, 4.6, np.nan], ROWS), rng.choice(["card", "lamp", "unheard"], ROWS).tolist()
    expected = greedy_texts(network.eval(), explainer.inputs, explainer.inputs.context(users, items, ratings, features))
    assert explainer.explain(users, items, ratings, features) == expected
    assert len(set(expected)) > 1
