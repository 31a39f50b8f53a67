"""Prompt templates as data: ten for each of four tasks, in `templates.json` (paper, appendix A).

The tasks share their meaning across their ten templates and differ in style, which keeps a model from learning one
wording. The explanation task has no evidence horizon, because no tool is asked there.
"""

from __future__ import annotations

import json
import string
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Final

from rr_data.errors import TemplateError, UnknownNameError

FIELDS: Final = frozenset({"user", "user_desc", "history", "evidence_horizon", "item", "photo", "star_rating"})


@dataclass(frozen=True, slots=True)
class PromptTemplate:
    """One wording of one task.

    Attributes:
        task: `sequential`, `direct`, `explanation` or `ctr`.
        index: its number within the task, from 0.
        text: the wording, with named fields in braces.

    Raises:
        TemplateError: a field outside `FIELDS`, or braces that do not close, or a field with a format.
    """

    task: str
    index: int
    text: str

    def __post_init__(self) -> None:
        """Refuse fields that nothing can fill."""
        unknown = sorted(self.fields - FIELDS)
        if unknown:
            raise TemplateError(
                f"template {self.text!r}: unknown field {unknown[0]!r}; known: {', '.join(sorted(FIELDS))}"
            )

    @property
    def fields(self) -> frozenset[str]:
        """The fields that its text names."""
        return named_fields(self.text)

    def pieces(self) -> list[tuple[str, str | None]]:
        """The text cut at its fields: literal text, then the field after it (None at the end).

        Example:
            >>> PromptTemplate("ctr", 0, "Show {item}?").pieces()
            [('Show ', 'item'), ('?', None)]
        """
        return _pieces(self.text)


def named_fields(text: str) -> frozenset[str]:
    """The fields that a text names, known or not.

    Raises:
        TemplateError: braces that do not close, or a field with a format.

    Example:
        >>> sorted(named_fields("Show {item} to {user}?"))
        ['item', 'user']
    """
    return frozenset(field for _, field in _pieces(text) if field is not None)


def templates(task: str) -> tuple[PromptTemplate, ...]:
    """The ten templates of a task.

    Raises:
        UnknownNameError: another task; names the nearest one.

    Example:
        >>> len(templates("sequential")), templates("ctr")[3].text
        (10, 'Would {user} ({user_desc}) likely click on {item} {photo}? Evidence horizon score: {evidence_horizon}.')
    """
    known = _load()
    if task not in known:
        raise UnknownNameError("task", task, known)
    return known[task]


def tasks() -> tuple[str, ...]:
    """The tasks that have templates."""
    return tuple(_load())


@cache
def _load() -> dict[str, tuple[PromptTemplate, ...]]:
    text = resources.files("rr_data.prompts").joinpath("templates.json").read_text(encoding="utf-8")
    return {
        task: tuple(PromptTemplate(task, index, wording) for index, wording in enumerate(wordings))
        for task, wordings in json.loads(text)["templates"].items()
    }


def _pieces(text: str) -> list[tuple[str, str | None]]:
    try:
        parsed = list(string.Formatter().parse(text))
    except ValueError as error:
        raise TemplateError(f"template {text!r}: {error}; write {{{{ for a brace") from error
    for _, field, layout, conversion in parsed:
        if layout or conversion:
            raise TemplateError(f"template {text!r}: {{{field}}} has a format; expected a name alone")
    return [(literal, field) for literal, field, _, _ in parsed]
