"""A team's templates and answer words, as options of a command."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from rr_data.prompts.answer_words import AnswerWords
from rr_data.prompts.template_file import load_answer_words, load_templates
from rr_data.prompts.templates import PromptTemplate


@dataclass(frozen=True, slots=True)
class Wordings:
    """What a file says; what it does not say stays built in.

    Attributes:
        templates: by task.
        words: by task.
    """

    templates: Mapping[str, tuple[PromptTemplate, ...]] = field(default_factory=dict)
    words: Mapping[str, AnswerWords] = field(default_factory=dict)

    @classmethod
    def read(cls, path: Path | None) -> Wordings:
        """Read a YAML file; None gives the built-in wordings."""
        return cls() if path is None else cls(load_templates(path), load_answer_words(path))

    def options(self, task: str) -> dict[str, Any]:
        """Arguments `wordings` and `words` of `training_rows`."""
        return {"wordings": self.templates.get(task), "words": self.words.get(task)}
