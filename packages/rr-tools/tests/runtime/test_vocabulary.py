from __future__ import annotations

import pytest

from rr_tools import InvalidDataError
from rr_tools.runtime.vocabulary import PAD, SPECIAL, UNK, Vocabulary, words_of

VOCABULARY = Vocabulary((*SPECIAL, "a", "gift", "(", "nice", ")", "."))


def test_words():
    assert words_of("It\u2019s well-made (truly)... 5.0!") == [
        "it\u2019s",
        "well-made",
        "(",
        "truly",
        ")",
        ".",
        ".",
        ".",
        "5",
        ".",
        "0",
        "!",
    ]
    assert words_of("  ") == []


def test_texts_are_cut_and_unknown_words_named_so():
    assert VOCABULARY.codes("A dear gift.", most=3) == [4, UNK, 5]


def test_signs_stand_where_they_do_in_print():
    assert VOCABULARY.text([4, 5, 6, 7, 8, 9]) == "a gift (nice)."
    assert VOCABULARY.text([]) == ""


def test_the_first_known_word():
    assert VOCABULARY.first_known("dear gift") == 5
    assert VOCABULARY.first_known("dear") == UNK
    assert VOCABULARY.first_known("") == PAD


@pytest.mark.parametrize(("words", "message"), [(("a",), "begins with <pad>"), ((*SPECIAL, "a", "a"), "twice")])
def test_a_wrong_vocabulary_is_refused(words, message):
    with pytest.raises(InvalidDataError, match=message):
        Vocabulary(words)
