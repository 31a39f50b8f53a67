from __future__ import annotations

from dataclasses import replace

from rr_tools.explanation.config import ExplanationConfig
from rr_tools.explanation.vocabulary import build_vocabulary, explanation_inputs


def test_frequent_words_come_first_and_ties_are_alphabetical():
    words = build_vocabulary(["b b c", "a d"], min_count=1, largest=7).words
    assert words[4:] == ("b", "a", "c")


def test_rare_words_are_left_out():
    assert build_vocabulary(["b b c", "a d a c b"], min_count=2, largest=100).words[4:] == ("b", "a", "c")
    assert build_vocabulary(["b b c"], min_count=4, largest=100).words[4:] == ()


def test_only_training_texts_and_ratings_are_read(said):
    texts = list(said.texts)
    hidden = [row for row, part in enumerate(said.parts) if part != 0]
    for row in hidden:
        texts[row] = "secret"
    ratings = said.ratings.copy()
    ratings[hidden] = 1.0
    inputs = explanation_inputs(replace(said, texts=texts, ratings=ratings), ExplanationConfig())
    assert "secret" not in inputs.vocabulary.words
    assert inputs.ratings == (2.0, 5.0)
