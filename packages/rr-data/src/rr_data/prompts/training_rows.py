"""From a prepared dataset to tuning examples: questions, horizons and descriptions, of the training part alone."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from rr_data.columns import Columns
from rr_data.errors import OptionError, UnknownNameError
from rr_data.prepared import PreparedDataset
from rr_data.prompts.answer_words import AnswerWords
from rr_data.prompts.ctr_queries import ctr_queries
from rr_data.prompts.direct_queries import direct_queries
from rr_data.prompts.explanation_queries import explanation_queries
from rr_data.prompts.lazy_rows import LazyRows
from rr_data.prompts.question_rows import question_rows
from rr_data.prompts.sequential_queries import sequential_queries
from rr_data.prompts.sft import SEQUENTIAL, sequential_rows
from rr_data.prompts.task_fields import TASK_FIELDS
from rr_data.prompts.task_queries import TaskQueries
from rr_data.prompts.templates import PromptTemplate
from rr_data.prompts.trace import Trace

HISTORY_LENGTH: Final = 10
PICTURES: Final = 3


def available_tasks(data: PreparedDataset) -> tuple[str, ...]:
    """The tasks that a dataset has the tables for; sequential and direct need none besides the interactions."""
    tables = {"ctr": data.ctr, "explanation": data.explanations}
    return tuple(task for task in TASK_FIELDS if task not in tables or tables[task] is not None)


def training_queries(
    data: PreparedDataset,
    task: str,
    *,
    seed: int,
    windows: int | None = None,
    candidates: int | None = None,
    negatives: int = 4,
    per_user: int | None = None,
) -> TaskQueries:
    """The questions of a task that the training part gives.

    Args:
        data: the prepared dataset.
        task: `sequential`, `direct`, `ctr` or `explanation`.
        seed: of what is drawn (sequential, direct).
        windows: see `sequential_queries`.
        candidates: see `direct_queries`.
        negatives: see `direct_queries`.
        per_user: at most so many interactions of each user (sequential, direct), drawn at random; None takes all.

    Raises:
        UnknownNameError: another task.
        PreparedDatasetError: the dataset lacks the task's table.
        OptionError: an option that cannot be used.
    """
    if seed < 0:
        raise OptionError("seed", seed, "an integer of at least 0")
    if task == SEQUENTIAL:
        return sequential_queries(data, windows=windows, per_user=per_user, seed=seed)
    if task == "direct":
        return direct_queries(data, candidates=candidates, negatives=negatives, per_user=per_user, seed=seed)
    if task == "ctr":
        return ctr_queries(data)
    if task == "explanation":
        return explanation_queries(data)
    raise UnknownNameError("task", task, TASK_FIELDS)


def training_rows(
    data: PreparedDataset,
    queries: TaskQueries,
    *,
    seed: int,
    traces: Sequence[Trace] | None = None,
    tools: Sequence[str] | None = None,
    history_length: int = HISTORY_LENGTH,
    pictures: int = PICTURES,
    wordings: Sequence[PromptTemplate] | None = None,
    words: AnswerWords | None = None,
    name_users: bool = False,
) -> LazyRows:
    """The tuning examples of questions; horizons and levels are those of their users, counted in the training part.

    Args:
        data: the prepared dataset that the questions come from.
        queries: N questions.
        seed: draws each question's template.
        traces: N thoughts, or None.
        tools: N texts to append, see `evidence_text` and `probability_text`; or None.
        history_length: how many of the most recent items are written.
        pictures: how many of these are followed by their picture; 0 leaves out every picture.
        wordings: the templates to draw from, or None for the task's ten.
        words: how yes and no are written, or None for the task's.
        name_users: see `sft_rows`.

    Raises:
        EvidenceError: see `sft_rows` and `question_rows`.
        OptionError: the same.
    """
    horizon = data.evidence_horizon()
    horizons, levels = horizon.normalized[queries.users], horizon.levels[queries.users]
    categories = [names or [] for names in data.items[Columns.CATEGORIES].to_list()]
    if queries.task == SEQUENTIAL:
        return sequential_rows(
            users=queries.users,
            histories=queries.histories,
            targets=queries.items,
            evidence_horizon=horizons,
            eh_levels=levels,
            categories=categories,
            seed=seed,
            traces=traces,
            tools=tools,
            history_length=history_length,
            pictures=pictures,
            wordings=wordings,
            name_users=name_users,
        )
    return question_rows(
        queries,
        evidence_horizon=horizons,
        eh_levels=levels,
        categories=categories,
        seed=seed,
        traces=traces,
        tools=tools,
        history_length=history_length,
        pictures=pictures,
        wordings=wordings,
        words=words,
        name_users=name_users,
    )
