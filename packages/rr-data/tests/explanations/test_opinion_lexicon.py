from __future__ import annotations

import sys

import pytest

from rr_data.errors import MissingExtraError
from rr_data.explanations.opinion_lexicon import BLAME, NEUTRAL, PRAISE, OpinionLexicon, load_lexicon


def test_lists_do_not_contradict_each_other() -> None:
    assert not PRAISE & BLAME
    assert not (PRAISE | BLAME) & NEUTRAL
    assert all(word == word.lower() for word in PRAISE | BLAME | NEUTRAL)


def test_own_lists_come_before_the_ratings() -> None:
    lexicon = OpinionLexicon({"flimsy": 2.0, "free": 2.3, "fine": 0.8, "hmm": 0.1, "vile": -3.0})
    words = ("flimsy", "free", "fine", "hmm", "vile", "green")
    assert [lexicon.polarity(word) for word in words] == [-1, None, 1, None, -1, None]


def test_general_lexicon(lexicon: OpinionLexicon) -> None:
    assert (lexicon.polarity("great"), lexicon.polarity("terrible"), lexicon.polarity("card")) == (1, -1, None)


def test_without_the_extra(monkeypatch) -> None:
    monkeypatch.setitem(sys.modules, "vaderSentiment", None)
    monkeypatch.setitem(sys.modules, "vaderSentiment.vaderSentiment", None)
    with pytest.raises(MissingExtraError, match="explanations"):
        load_lexicon()
