"""Tuning examples of the sequential task."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from rr_data.errors import EvidenceError, OptionError
from rr_data.prompts.completion import completion_messages
from rr_data.prompts.evidence_text import evidence_text
from rr_data.prompts.lazy_rows import LazyRows, Row
from rr_data.prompts.render import render_prompt
from rr_data.prompts.sft_table import sft_row
from rr_data.prompts.templates import PromptTemplate, templates
from rr_data.prompts.trace import Trace
from rr_data.prompts.user_description import describe_user

SEQUENTIAL = "sequential"


def sft_rows(
    *,
    users: ArrayLike,
    histories: Sequence[NDArray[Any]],
    targets: ArrayLike,
    evidence_horizon: ArrayLike,
    eh_levels: ArrayLike,
    categories: Sequence[Sequence[str]],
    seed: int,
    traces: Sequence[Trace] | None = None,
    answers: Mapping[str, NDArray[Any]] | None = None,
    answers_shown: int = 3,
    history_length: int = 10,
    pictures: int = 3,
    wordings: Sequence[PromptTemplate] | None = None,
    name_users: bool = False,
) -> Iterator[dict[str, Any]]:
    """One tuning example a query: a prompt of the sequential task, and thought with answer as its completion.

    The user's description comes from the part of the history that is too old to be written out: it adds what the prompt
    does not show, and a model that learns to predict the written items one after the other finds none of them in it.

    Args:
        users: [N] user codes.
        histories: N histories, oldest first, without the target.
        targets: [N] item codes.
        evidence_horizon: [N] normalised horizons, written into the prompt.
        eh_levels: [N] 0, 1 or 2.
        categories: the categories of each item code.
        seed: draws each query's template.
        traces: N thoughts; None leaves the thought out.
        answers: [N, k] item codes by tool as the traces saw them, written after the query; None writes nothing.
        answers_shown: how many items of each tool's answer are written.
        history_length: how many of the most recent items are written.
        pictures: how many of these are followed by their picture.
        wordings: the templates to draw from; by default all ten of the sequential task.
        name_users: write each user's code, as the paper's templates do. A small model learns the training users by
            heart from it and knows nothing of new ones, so it is off by default.

    Raises:
        EvidenceError: columns of different lengths.
        OptionError: no template, a history length below 1, or a negative seed.
    """
    answered = list((answers or {}).values())
    counted = {len(np.asarray(users)), *(len(codes) for codes in answered)}
    if len(counted) != 1:
        raise EvidenceError(f"sft_rows: received columns of lengths {sorted(counted)}; expected one length")
    texts = [
        evidence_text({name: codes[query][:answers_shown] for name, codes in (answers or {}).items()})
        for query in range(len(np.asarray(users)) if answered else 0)
    ]
    return iter(
        sequential_rows(
            users=users,
            histories=histories,
            targets=targets,
            evidence_horizon=evidence_horizon,
            eh_levels=eh_levels,
            categories=categories,
            seed=seed,
            traces=traces,
            tools=texts if answered else None,
            history_length=history_length,
            pictures=pictures,
            wordings=wordings,
            name_users=name_users,
        )
    )


def sequential_rows(
    *,
    users: ArrayLike,
    histories: Sequence[NDArray[Any]],
    targets: ArrayLike,
    evidence_horizon: ArrayLike,
    eh_levels: ArrayLike,
    categories: Sequence[Sequence[str]],
    seed: int,
    traces: Sequence[Trace] | None = None,
    tools: Sequence[str] | None = None,
    history_length: int = 10,
    pictures: int = 3,
    wordings: Sequence[PromptTemplate] | None = None,
    name_users: bool = False,
) -> LazyRows:
    """The rows of `sft_rows` as a sequence whose rows are made when they are read.

    Args and errors are those of `sft_rows`, but for `tools`: N texts to append, see `evidence_text`; None appends
    nothing.
    """
    choices = templates(SEQUENTIAL) if wordings is None else tuple(wordings)
    if not choices or history_length < 1:
        raise OptionError("wordings, history_length", (choices, history_length), "at least one of each")
    if seed < 0:
        raise OptionError("seed", seed, "an integer of at least 0")
    user_codes, target_codes = np.asarray(users), np.asarray(targets)
    horizons, levels = np.asarray(evidence_horizon, dtype=np.float64), np.asarray(eh_levels)
    given: list[Any] = [user_codes, histories, target_codes, horizons, levels, traces, tools]
    lengths = {len(column) for column in given if column is not None}
    if len(lengths) != 1:
        raise EvidenceError(f"sft_rows: received columns of lengths {sorted(lengths)}; expected one length")
    drawn = np.random.default_rng(seed).integers(len(choices), size=len(user_codes))

    def row(query: int) -> Row:
        wording = choices[drawn[query]]
        history = histories[query].tolist()
        prompt = render_prompt(
            wording,
            user=int(user_codes[query]) if name_users else None,
            user_desc=describe_user([categories[code] for code in history[:-history_length]]),
            history=history[-history_length:],
            evidence_horizon=float(horizons[query]),
            pictures=pictures,
            tools="" if tools is None else tools[query],
        )
        target = int(target_codes[query])
        return sft_row(
            prompt,
            completion_messages(None if traces is None else traces[query], target),
            task=SEQUENTIAL,
            user=int(user_codes[query]),
            target=target,
            eh_level=int(levels[query]),
            template=wording.index,
        )

    return LazyRows(len(user_codes), row)
