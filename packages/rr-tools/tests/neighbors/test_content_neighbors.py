"""Text and attribute neighbours against scikit-learn's TF-IDF where it is installed, and by hand."""

from __future__ import annotations

import numpy as np
import pytest
from safetensors.numpy import load

from rr_tools import ConfigError, InvalidDataError, TrainingData, TrainingRun, load_tool, train
from rr_tools.item_attributes import ItemAttributes
from rr_tools.neighbors import attribute_neighbors, content_neighbors, text_neighbors
from rr_tools.neighbors.content_neighbors import ContentNeighborsConfig

TITLES = ("Red lipstick", "red nail polish", "Nail file", "", "RED lipstick, matte!", "polish remover")
DATA = {"items": [0, 1, 2, 3], "offsets": [0, 4], "n_items": 6}


def neighbors_of(fitted):
    arrays = load(fitted.files["weights.safetensors"])
    dense = np.zeros((6, 6))
    for row in range(6):
        entries = slice(arrays["indptr"][row], arrays["indptr"][row + 1])
        dense[row, arrays["indices"][entries]] = arrays["values"][entries]
    return dense


@pytest.mark.parametrize("block", [1, 4, 500])
def test_cosines_of_titles_like_scikit_learn(block, monkeypatch):
    text = pytest.importorskip("sklearn.feature_extraction.text")
    monkeypatch.setattr(content_neighbors, "ITEMS_PER_BLOCK", block)
    fitted = text_neighbors.fit(
        TrainingData(**DATA, titles=TITLES), ContentNeighborsConfig(neighbors=6), run=TrainingRun()
    )
    vectors = text.TfidfVectorizer(token_pattern=r"\w+").fit_transform(TITLES)
    expected = (vectors @ vectors.T).toarray()
    np.fill_diagonal(expected, 0.0)
    np.testing.assert_allclose(neighbors_of(fitted), expected, atol=1e-6)


def test_only_the_strongest_neighbours_are_kept():
    data = TrainingData(**DATA, titles=TITLES)
    kept = neighbors_of(text_neighbors.fit(data, ContentNeighborsConfig(neighbors=1), run=TrainingRun()))
    assert (kept > 0).sum(1).tolist() == [1, 1, 1, 0, 1, 1]
    assert kept[0].argmax() == 4


def test_rare_attributes_weigh_more():
    attributes = ItemAttributes.of_names([["a", "x"], ["a", "y"], ["b", "x"], ["a"], ["a", "z"], None])
    data = TrainingData(**DATA, attributes=attributes)
    found = neighbors_of(attribute_neighbors.fit(data, ContentNeighborsConfig(), run=TrainingRun()))
    assert found[0, 2] > found[0, 1] > 0  # x stands with two items, a with four
    assert found[0, 0] == 0
    assert not found[5].any()


@pytest.mark.parametrize("name", ["text-knn", "attribute-knn"])
def test_served(name, make_queries, tmp_path):
    attributes = ItemAttributes.of_names([["a"], ["b"], ["b"], [], ["a"], ["c"]])
    data = TrainingData(**DATA, titles=TITLES, attributes=attributes)
    tool = load_tool(train(name, data, out=tmp_path / "tool"))
    assert tool.rank(make_queries([[0], [1, 0]]), 1).items.tolist() == [[4], [4]]
    assert tool.scores(make_queries([[3]]))[0, 0] == pytest.approx(0.25)  # nothing is known of it: the popular ones


@pytest.mark.parametrize(("name", "lacking"), [("text-knn", "titles"), ("attribute-knn", "attributes")])
def test_without_content(name, lacking, tmp_path):
    with pytest.raises(InvalidDataError, match=lacking):
        train(name, TrainingData(**DATA), out=tmp_path / "tool")


@pytest.mark.parametrize("config", [{"decay": 1.1}, {"neighbors": 0}, {"history": 0}])
def test_values_out_of_range(ring, tmp_path, config):
    with pytest.raises(ConfigError):
        train("text-knn", ring, out=tmp_path / "tool", config=config)
