"""Tuning examples of the tasks that ask about an item: direct, ctr, explanation."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from rr_data.errors import EvidenceError, OptionError
from rr_data.prompts.answer_words import ANSWERED_BY_WORDS, AnswerWords, answer_words
from rr_data.prompts.completion import text_completion
from rr_data.prompts.lazy_rows import LazyRows, Row
from rr_data.prompts.render import Prompt, render_prompt
from rr_data.prompts.sft_table import sft_row
from rr_data.prompts.task_queries import TaskQueries
from rr_data.prompts.templates import PromptTemplate, templates
from rr_data.prompts.trace import Trace
from rr_data.prompts.user_description import describe_user


def question_rows(
    queries: TaskQueries,
    *,
    evidence_horizon: ArrayLike,
    eh_levels: ArrayLike,
    categories: Sequence[Sequence[str]],
    seed: int,
    traces: Sequence[Trace] | None = None,
    tools: Sequence[str] | None = None,
    notes: Sequence[str] | None = None,
    history_length: int = 10,
    pictures: int = 1,
    wordings: Sequence[PromptTemplate] | None = None,
    words: AnswerWords | None = None,
    name_users: bool = False,
) -> LazyRows:
    """One tuning example a question about an item.

    The answer is yes or no in the task's words (direct, ctr), or the sentence (explanation); `target` is the item in
    question and `label` is 1 or 0. The description tells of the history that the prompt does not write: all of it,
    unless a template names `{history}`. Of an explanation's own review nothing but item and stars reaches its prompt.

    Args:
        queries: N questions of one of these tasks.
        evidence_horizon: [N] normalised horizons, written into the prompt.
        eh_levels: [N] 0, 1 or 2.
        categories: the categories of each item code.
        seed: draws each question's template.
        traces: N thoughts; None leaves the thought out.
        tools: N texts to append, see `evidence_text` and `probability_text`; None appends nothing.
        notes: N texts to append: what else is known in words of user or item, such as what the user wrote before. They
            must not come from what is asked for. None appends nothing.
        history_length: how many items a template with `{history}` writes.
        pictures: 0 leaves out all pictures; else the item's is shown, and those of so many items of a written history.
        wordings: the templates to draw from; by default all ten of the task.
        words: how yes and no are written; by default the task's.
        name_users: write each user's code, see `sft_rows`.

    Raises:
        EvidenceError: columns of different lengths; thoughts or tools for explanations, where no tool is asked; or
            questions without labels or sentences.
        OptionError: no template, a history length below 1, or a negative seed.
    """
    choices = templates(queries.task) if wordings is None else tuple(wordings)
    if not choices or history_length < 1:
        raise OptionError("wordings, history_length", (choices, history_length), "at least one of each")
    if seed < 0:
        raise OptionError("seed", seed, "an integer of at least 0")
    horizons, levels = np.asarray(evidence_horizon, dtype=np.float64), np.asarray(eh_levels)
    given = [column for column in (horizons, levels, traces, tools, notes) if column is not None]
    lengths = {len(queries), *(len(column) for column in given)}
    if len(lengths) != 1:
        raise EvidenceError(f"question_rows: received columns of lengths {sorted(lengths)}; expected one length")
    answers = _answers(queries, words, asked=traces is not None or tools is not None)
    drawn = np.random.default_rng(seed).integers(len(choices), size=len(queries))

    def prompt(query: int, wording: PromptTemplate) -> Prompt:
        history = queries.histories[query].tolist()
        told = history[:-history_length] if "history" in wording.fields else history
        return render_prompt(
            wording,
            user=int(queries.users[query]) if name_users else None,
            user_desc=describe_user([categories[code] for code in told]),
            history=history[-history_length:],
            evidence_horizon=float(horizons[query]),
            item=int(queries.items[query]),
            star_rating=None if queries.star_ratings is None else int(queries.star_ratings[query]),
            pictures=pictures,
            tools="" if tools is None else tools[query],
            notes="" if notes is None else notes[query],
        )

    def row(query: int) -> Row:
        wording = choices[drawn[query]]
        return sft_row(
            prompt(query, wording),
            text_completion(None if traces is None else traces[query], answers[query]),
            task=queries.task,
            user=int(queries.users[query]),
            target=int(queries.items[query]),
            eh_level=int(levels[query]),
            template=wording.index,
            label=None if queries.labels is None else int(queries.labels[query]),
        )

    return LazyRows(len(queries), row)


def _answers(queries: TaskQueries, words: AnswerWords | None, *, asked: bool) -> Any:
    """What can be indexed by question: a word or a sentence."""
    if queries.task in ANSWERED_BY_WORDS and queries.labels is not None:
        chosen = words or answer_words(queries.task)
        return np.array([chosen.negative, chosen.positive], dtype=object)[queries.labels]
    if queries.task == "explanation" and queries.sentences is not None:
        if asked:
            raise EvidenceError(
                "explanation: received thoughts or tools' answers; expected none, no tool is asked there"
            )
        return queries.sentences
    raise EvidenceError(f"{queries.task}: received no labels or sentences; expected questions about an item")
