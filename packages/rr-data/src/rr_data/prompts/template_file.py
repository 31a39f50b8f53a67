"""A team's own templates and answer words, from a YAML file.

sequential:
  - "After {history}, what comes next? Evidence horizon: {evidence_horizon}."
ctr:
  - "Would the reader of {history} open {item}? Evidence horizon: {evidence_horizon}."
answers:
  ctr: {positive: "click", negative: "pass"}
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Final

from rr_data.errors import MissingExtraError, TemplateError, UnknownNameError
from rr_data.prompts.answer_words import ANSWERED_BY_WORDS, AnswerWords
from rr_data.prompts.task_fields import TASK_FIELDS
from rr_data.prompts.templates import PromptTemplate, named_fields

ANSWERS: Final = "answers"


def load_templates(path: str | Path) -> Mapping[str, tuple[PromptTemplate, ...]]:
    """Read templates: a mapping from each task to a list of texts. Tasks that it leaves out keep the built-in ones.

    Args:
        path: a YAML file. It is read by `yaml.safe_load`, which builds plain values only.

    Returns:
        The templates of the tasks that the file names.

    Raises:
        TemplateError: no such file, no YAML, not a mapping, an unknown task, an empty text, a field that its task does
            not have, or a text without a field that its task needs (`TASK_FIELDS`). The message names file, task,
            number of the text (from 0) and field, and of an unknown name the nearest known one.
        MissingExtraError: the extra `sft` is not installed.
    """
    content = _read(Path(path))
    return {task: _of_task(path, task, texts) for task, texts in content.items() if task != ANSWERS}


def load_answer_words(path: str | Path) -> Mapping[str, AnswerWords]:
    """Read the answer words of the same file, under `answers`; an empty mapping where it has none.

    Raises:
        TemplateError: words that are no texts, the same word twice, a task that is not answered by words, or a word
            that is neither `positive` nor `negative`.
    """
    listed = _mapping(f"{path}: {ANSWERS}", _read(Path(path)).get(ANSWERS, {}))
    return {task: _words(path, task, words) for task, words in listed.items()}


def _read(path: Path) -> dict[str, Any]:
    try:
        import yaml  # type: ignore[import-untyped]  # noqa: PLC0415  (an extra)
    except ImportError as error:
        raise MissingExtraError("templates from a YAML file", "sft") from error
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError, yaml.YAMLError) as error:
        reason = " ".join(str(error).split())[:200]
        raise TemplateError(f"{path}: cannot be read as YAML: {reason}") from error
    found = _mapping(f"{path}", content)
    if not found:
        raise TemplateError(f"{path}: no templates; expected a list of texts under {', '.join(TASK_FIELDS)}")
    for task in found:
        if task not in TASK_FIELDS and task != ANSWERS:
            raise _unknown(f"task in {path}", str(task), [*TASK_FIELDS, ANSWERS])
    return found


def _mapping(where: str, content: Any) -> dict[str, Any]:
    if not isinstance(content, dict):
        raise TemplateError(f"{where}: received {type(content).__name__}; expected a mapping")
    return content


def _unknown(what: str, received: str, known: Iterable[str]) -> TemplateError:
    """An unknown name, as the file's mistake that it is."""
    return TemplateError(str(UnknownNameError(what, received, known)))


def _of_task(path: str | Path, task: str, texts: Any) -> tuple[PromptTemplate, ...]:
    if not isinstance(texts, list) or not texts:
        raise TemplateError(f"{path}: {task}: received {texts!r:.80}; expected a list of at least one text")
    return tuple(_checked(f"{path}: {task} template {index}", task, index, text) for index, text in enumerate(texts))


def _checked(where: str, task: str, index: int, text: Any) -> PromptTemplate:
    if not isinstance(text, str) or not text.strip():
        raise TemplateError(f"{where}: received {text!r:.80}; expected a text, in quotes")
    fields = TASK_FIELDS[task]
    try:
        named = named_fields(text)
    except TemplateError as error:
        raise TemplateError(f"{where}: {error}") from error
    for name in sorted(named - fields.known):
        raise _unknown(f"field in {where}:", name, fields.known)
    missing = sorted(fields.required - named)
    if missing:
        raise TemplateError(
            f"{where}: field {missing[0]!r} is missing; {task} needs {', '.join(sorted(fields.required))}"
        )
    return PromptTemplate(task, index, text)


def _words(path: str | Path, task: str, words: Any) -> AnswerWords:
    if task not in ANSWERED_BY_WORDS:
        raise _unknown(f"task under {ANSWERS} in {path}", str(task), ANSWERED_BY_WORDS)
    where, known = f"{path}: {ANSWERS}: {task}", ("positive", "negative")
    given = _mapping(where, words)
    for name in given:
        if name not in known:
            raise _unknown(f"word in {where}:", str(name), known)
    if not all(isinstance(given.get(name), str) for name in known):
        # YAML reads a bare yes or no as a truth value.
        raise TemplateError(f"{where}: received {given!r:.80}; expected positive and negative, each a text in quotes")
    try:
        return AnswerWords(**given)
    except TemplateError as error:
        raise TemplateError(f"{where}: {error}") from error
