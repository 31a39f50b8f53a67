"""The words that answer a yes-or-no task, as data beside the templates."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Final

from rr_data.errors import TemplateError, UnknownNameError

ANSWERED_BY_WORDS: Final = ("direct", "ctr")


@dataclass(frozen=True, slots=True)
class AnswerWords:
    """How a task's answer is written.

    Attributes:
        positive: the item is right for the user.
        negative: it is not.

    Raises:
        TemplateError: an empty word, or the same word twice.

    Example:
        >>> AnswerWords(positive="yes", negative="no").of(1)
        'yes'
    """

    positive: str
    negative: str

    def __post_init__(self) -> None:
        """Refuse words that cannot be told apart."""
        if not (self.positive.strip() and self.negative.strip()) or self.positive == self.negative:
            raise TemplateError(
                f"answer words: received {self.positive!r} and {self.negative!r}; expected two different texts"
            )

    def of(self, label: int) -> str:
        """The word for a label, 1 positive or 0 negative."""
        return self.positive if label else self.negative


def answer_words(task: str) -> AnswerWords:
    """The words of a task.

    Raises:
        UnknownNameError: a task that is not answered by words.

    Example:
        >>> answer_words("ctr")
        AnswerWords(positive='yes', negative='no')
    """
    known = _load()
    if task not in known:
        raise UnknownNameError("task answered by words", task, known)
    return known[task]


@cache
def _load() -> dict[str, AnswerWords]:
    text = resources.files("rr_data.prompts").joinpath("templates.json").read_text(encoding="utf-8")
    return {task: AnswerWords(**words) for task, words in json.loads(text)["answers"].items()}
