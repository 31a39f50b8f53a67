import pytest
from hypothesis import given
from hypothesis import strategies as st

from rr_vlm.inference.consensus import consensus

TEXTS = st.lists(st.text(alphabet="ab ", max_size=12), min_size=1, max_size=6)


def test_it_is_the_one_in_the_middle():
    assert consensus(["the cat sat", "the cat sat on a mat", "a mat", "the cat sat on a rug"]) == "the cat sat on a mat"
    assert consensus(["Same!", "same", "other"]) == "Same!"
    assert consensus(["", "a", "a"]) == "a"
    assert consensus(["", ""]) == ""


def test_order_counts():
    assert consensus(["b a", "a b c d", "a b d c"]) == "a b c d"


@given(TEXTS)
def test_it_is_one_of_them_and_a_majority_wins(texts):
    assert consensus(texts) in texts
    assert consensus([*texts, *(["x y z"] * (len(texts) + 1))]) == "x y z"


def test_there_must_be_one():
    with pytest.raises(ValueError, match="empty"):
        consensus([])
