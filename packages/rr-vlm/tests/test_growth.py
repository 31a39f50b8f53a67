from types import SimpleNamespace

import numpy as np
import pytest

from rr_vlm import InputError, VlmReasoner


def test_new_items_join_and_the_old_ones_keep_their_ranks(reasoner, queries, evidence, tmp_path):
    grown = reasoner.with_items(["Film 30", "Film 31"], [["Drama"], ["Comedy"]])
    assert (reasoner.n_items, grown.n_items) == (30, 32)
    before, after = reasoner.scores(queries), grown.scores(queries)
    for row in range(5):
        assert np.argsort(-before[row])[:5].tolist() == [c for c in np.argsort(-after[row]) if c < 30][:5]
    queries.histories = [np.array([30, 31, 3])] * 40
    answer = grown.deliberate(queries, 32, evidence)
    assert set(answer.items[0]) >= set(range(3))
    assert not {30, 31} & set(answer.items[0].tolist())
    grown.save(tmp_path / "grown")
    again = VlmReasoner.load(tmp_path / "grown")
    np.testing.assert_allclose(again.scores(queries), grown.scores(queries), atol=1e-5)


def test_a_copy_of_an_item_is_seen_as_that_item(reasoner):
    """The features of Film 7 are those of its copy, so their embeddings lie near each other."""
    pictures = reasoner._catalogue.pictures[[7]]
    grown = reasoner.with_items(["Film 7"], [["Drama"]], pictures=pictures)
    vectors = grown.item_vectors / np.linalg.norm(grown.item_vectors, axis=1, keepdims=True)
    assert vectors[:30] @ vectors[30] @ np.eye(30)[7] > np.median(vectors[:30] @ vectors[30])
    assert np.linalg.norm(grown.item_vectors[30]) == pytest.approx(
        np.linalg.norm(reasoner.item_vectors, axis=1).mean(), rel=1e-4
    )


def test_what_is_seen_of_a_user_depends_on_the_history(reasoner, world):
    seen = reasoner.represent([np.array([1, 2]), np.array([9]), np.array([1, 2])], [0.5, 0.5, 0.5])
    assert seen.shape == (3, 32)
    np.testing.assert_allclose(seen[0], seen[2], atol=1e-5)
    assert np.abs(seen[0] - seen[1]).max() > 1e-3


def test_new_items_must_be_described(reasoner):
    for titles, categories, pictures in (([], [], None), (["a"], [], None), (["a"], [[]], np.zeros((1, 2, 3)))):
        with pytest.raises(InputError):
            reasoner.with_items(titles, categories, pictures=pictures)
    assert isinstance(reasoner.with_items(["a"], [[]]).explain(
        SimpleNamespace(histories=[[30]], evidence_horizon=[0.1]), [30], [5], max_words=2)[0], str)  # fmt: skip
