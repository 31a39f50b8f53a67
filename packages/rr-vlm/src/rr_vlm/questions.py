"""Questions about items (direct, ctr, explanation), written as their tuning rows were."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from rr_data.interfaces import Prompt, PromptTemplate, describe_user, render_prompt, templates
from rr_vlm.catalogue import PromptOptions

IntArray = NDArray[np.int64]


def question(
    task: str,
    *,
    options: PromptOptions,
    categories: Sequence[Sequence[str]],
    history: IntArray,
    evidence_horizon: float,
    item: int,
    stars: int | None = None,
    tools: str = "",
    notes: str = "",
) -> Prompt:
    """Write one question about `item`.

    The user's description tells of the history that the wording does not write, as in `rr_data`'s rows.

    Args:
        task: `direct`, `ctr` or `explanation`.
        options: how it is written; the task's wording is `options.wordings[task]` or its template.
        categories: of each item code.
        history: known item codes, oldest first.
        evidence_horizon: in [0, 1].
        item: a known item code.
        stars: 1 to 5 (explanation).
        tools: text to append.
        notes: what else is known in words.
    """
    wording = task_wording(task, options)
    told = history[: -options.history_length] if "history" in wording.fields else history
    return render_prompt(
        wording,
        user=None,
        user_desc=describe_user([categories[code] for code in told.tolist()]),
        history=history[-options.history_length :],
        evidence_horizon=evidence_horizon,
        item=item,
        star_rating=stars,
        pictures=options.pictures,
        tools=tools,
        notes=notes,
    )


def task_wording(task: str, options: PromptOptions) -> PromptTemplate:
    """Return the wording that queries of a task are written in.

    Example:
        >>> task_wording("ctr", PromptOptions(wordings={"ctr": "After {history}, would they like {item}?"})).text
        'After {history}, would they like {item}?'
    """
    if task in options.wordings:
        return PromptTemplate(task, options.template, options.wordings[task])
    return templates(task)[options.template]
