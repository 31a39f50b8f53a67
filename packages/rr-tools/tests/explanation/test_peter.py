from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

pytest.importorskip("torch")
pytest.importorskip("lightning")

import torch
from safetensors.torch import load

from rr_tools import ConfigError, load_explainer, train
from rr_tools.artifact import TENSORS_FILE, read_artifact
from rr_tools.configuration import parse_config
from rr_tools.explanation.peter import Peter, PeterConfig, peter_mask
from rr_tools.explanation.vocabulary import explanation_inputs


@pytest.fixture
def network(said):
    config = PeterConfig(hidden_size=16, inner_size=16, use_feature=True)
    torch.manual_seed(0)
    return Peter(explanation_inputs(said, config), config).eval()


def test_user_and_item_see_each_other_and_no_word():
    mask = peter_mask(5)
    assert mask[:2].int().tolist() == [[1, 1, 0, 0, 0]] * 2
    assert mask[2:].int().tolist() == [[1, 1, 1, 0, 0], [1, 1, 1, 1, 0], [1, 1, 1, 1, 1]]


@torch.no_grad()
def test_later_words_change_nothing_before_them(network):
    context = torch.tensor([[1, 1, 1, 5], [2, 3, 1, 6]])
    words = torch.tensor([[1, 4, 5, 6], [1, 7, 8, 9]])
    changed = words.clone()
    changed[:, 3] = 4
    one, other = network(context, words), network(context, changed)
    torch.testing.assert_close(one.words[:, :3], other.words[:, :3])
    torch.testing.assert_close(one.ratings, other.ratings)
    torch.testing.assert_close(one.content, other.content)
    assert not torch.allclose(one.words[:, 3], other.words[:, 3])


@torch.no_grad()
def test_rating_and_content_hang_on_user_and_item(network):
    context = torch.tensor([[1, 1, 0, 5], [2, 1, 0, 5], [1, 2, 0, 5], [1, 1, 0, 6]])
    said = network(context, torch.ones(4, 1, dtype=torch.int64))
    for other in (1, 2):
        assert not torch.allclose(said.ratings[0], said.ratings[other])
        assert not torch.allclose(said.content[0], said.content[other])
    torch.testing.assert_close(said.ratings[0], said.ratings[3])  # the feature comes later
    assert not torch.allclose(said.words[0], said.words[3])


def test_a_feature_is_spoken_of(said, quick, tmp_path):
    config = {**quick("peter"), "use_feature": True}
    data = replace(said, items=np.zeros_like(said.items))  # nothing but the feature tells what is spoken of
    explainer = load_explainer(train("peter", data, out=tmp_path / "tool", config=config))
    asked = ["lamp", "song", "card"]
    texts = explainer.explain([0, 0, 0], [0, 0, 0], features=asked)
    assert sum(feature in text for feature, text in zip(asked, texts, strict=True)) >= 2


def test_served_texts_of_odd_rows_are_those_of_the_trained_network(said, quick, torch_texts, tmp_path):
    config = {**quick("peter"), "use_feature": True}
    artifact = read_artifact(train("peter", said, out=tmp_path / "tool", config=config))
    explainer = load_explainer(tmp_path / "tool")
    network = Peter(explainer.inputs, parse_config(PeterConfig, config))
    network.load_state_dict(load(artifact.file(TENSORS_FILE)))
    rng = np.random.default_rng(0)
    users, items = rng.integers(-1, said.n_users + 1, 100), rng.integers(-1, said.n_items + 1, 100)
    ratings, features = rng.choice([1.0, 4.6, np.nan], 100), rng.choice(["card", "lamp", "unheard"], 100).tolist()
    expected = torch_texts(network.eval(), explainer.inputs, explainer.inputs.context(users, items, ratings, features))
    assert explainer.explain(users, items, ratings, features) == expected
    assert len(set(expected)) > 1


def test_ratings_are_expected(said, quick, tmp_path):
    explainer = load_explainer(train("peter", said, out=tmp_path / "tool", config={**quick("peter"), "epochs": 20}))
    expected = explainer.expected_ratings(said.users, said.items)
    assert np.abs(expected - said.ratings).mean() < 1.0
    assert explainer.expected_ratings([], []).shape == (0,)


def test_heads_divide_the_size():
    with pytest.raises(ConfigError, match="heads, 5, divide it"):
        PeterConfig(heads=5)
