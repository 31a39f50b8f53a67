from __future__ import annotations

import pytest

from rr_data.errors import TemplateError, UnknownNameError
from rr_data.prompts.answer_words import ANSWERED_BY_WORDS, AnswerWords, answer_words


def test_yes_and_no() -> None:
    for task in ANSWERED_BY_WORDS:
        assert [answer_words(task).of(label) for label in (1, 0)] == ["yes", "no"]


@pytest.mark.parametrize(("positive", "negative"), [("", "no"), ("yes", " "), ("yes", "yes")])
def test_words_that_cannot_be_told_apart(positive: str, negative: str) -> None:
    with pytest.raises(TemplateError, match="two different"):
        AnswerWords(positive, negative)


@pytest.mark.parametrize("task", ["sequential", "explanation", "dirct"])
def test_a_task_without_words(task: str) -> None:
    with pytest.raises(UnknownNameError):
        answer_words(task)
