import numpy as np
import pytest

from rr_vlm import FusionOptions, InputError, encode_items

TEXTS = ["space war", "space ship", "love story", "love song", ""]


def nearest(vectors, item):
    similarity = vectors @ vectors[item]
    similarity[item] = -2
    return int(similarity.argmax())


def test_like_texts_lie_near_and_an_item_without_anything_is_zero():
    vectors = encode_items(TEXTS, width=8).vectors
    assert nearest(vectors, 0) == 1
    assert nearest(vectors, 2) == 3
    assert np.allclose(np.linalg.norm(vectors, axis=1), [1, 1, 1, 1, 0], atol=1e-5)


def test_items_seen_in_like_company_lie_near_whatever_their_texts():
    sequences = [np.array(pair) for pair in ([0, 5], [3, 5], [1, 6], [2, 6])]
    options = FusionOptions(sequence=2.0, window=1)
    fused = encode_items([*TEXTS, "", ""], width=12, sequences=sequences, options=options)
    assert fused.blocks == ("text", "sequence")
    assert nearest(fused.vectors, 0) == 3
    assert nearest(fused.vectors, 1) == 2


def test_pictures_count_and_a_missing_one_does_not_speak():
    rng = np.random.default_rng(0)
    vision = rng.normal(size=(5, 1, 16)).astype(np.float32)
    vision[3] = vision[0] + 0.01
    vision[4] = 0
    vectors = encode_items([""] * 5, width=8, vision=vision).vectors
    assert nearest(vectors, 0) == 3
    assert not vectors[4].any()


def test_the_seed_turns_the_axes_alone():
    one, two = (encode_items(TEXTS, width=8, seed=seed).vectors for seed in (0, 1))
    assert np.array_equal(one, encode_items(TEXTS, width=8, seed=0).vectors)
    assert not np.allclose(one, two)
    assert np.allclose(one @ one.T, two @ two.T, atol=1e-4)


def test_mutual_information_by_hand():
    """Items 0 and 1 are neighbours 3 times, 2 and 3 once, of 8 ordered pairs: log(3 * 8 / 9) and log(1 * 8 / 1)."""
    from rr_vlm.observer.item_encoder import _mutual_information

    pairs = [np.array(pair) for pair in ([0, 1], [1, 0], [0, 1], [2, 3])]
    found = _mutual_information(pairs, 4, 1).to_dense().numpy()
    expected = np.zeros((4, 4))
    expected[0, 1] = expected[1, 0] = np.log(3 * 8 / 9)
    expected[2, 3] = expected[3, 2] = np.log(8)
    assert np.allclose(found, expected)


def test_shapes_that_do_not_fit_are_refused():
    with pytest.raises(InputError, match="5 items"):
        encode_items(TEXTS, width=8, vision=np.zeros((3, 1, 4), np.float32))
    with pytest.raises(InputError, match="width"):
        encode_items(TEXTS, width=1)
    assert encode_items(TEXTS, width=8, sequences=[np.array([1])]).vectors.shape == (5, 8)
