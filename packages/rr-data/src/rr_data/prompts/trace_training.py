"""Training questions, answered by tools whose honesty was checked, with the thoughts that follow."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import polars as pl

from rr_data.errors import EvidenceError
from rr_data.prepared import PreparedDataset
from rr_data.prompts.evidence_noise import EvidenceNoise
from rr_data.prompts.hits import hit_table
from rr_data.prompts.honesty import HonestyGap, honesty_gaps, refuse_dishonest
from rr_data.prompts.predictions_files import QUERY_ID, read_predictions
from rr_data.prompts.task_queries import TaskQueries
from rr_data.prompts.task_traces import TracedEvidence, trace_queries
from rr_data.prompts.tool_answers import ToolAnswers, answers_from_predictions
from rr_data.splits.parts import TRAIN, VALIDATION

TOOL_TASKS: Final = ("sequential", "direct", "ctr")


@dataclass(frozen=True, slots=True, eq=False)
class TracedQueries:
    """M questions that at least one tool answered.

    Attributes:
        queries: the questions.
        answers: as the tools gave them.
        evidence: thoughts, and answers as they are shown.
        gaps: hit rates inside the traces and on validation, by tool.
        unasked: how many of the given questions no tool answered; they are left out.
    """

    queries: TaskQueries
    answers: ToolAnswers
    evidence: TracedEvidence
    gaps: tuple[HonestyGap, ...]
    unasked: int

    def summary(self) -> dict[str, Any]:
        """Counts and rates for a person or a program."""
        rates: dict[str, dict[str, Any]] = {gap.tool: asdict(gap) for gap in self.gaps}
        tools = {}
        for place, name in enumerate(self.answers):
            usable = sum(trace.tools[place][1] for trace in self.evidence.traces) / max(len(self.queries), 1)
            counts = {"without_answer": self.answers.missing[name], "unknown_items": self.answers.unknown_items[name]}
            found = {key: value for key, value in rates.get(name, {}).items() if key != "tool"}
            tools[name] = {**counts, "usable_as_shown": usable, **found}
        return {"unasked_queries": self.unasked, "rows_about_other_queries": self.answers.other_rows, "tools": tools}


def trace_training(
    data: PreparedDataset,
    queries: TaskQueries,
    *,
    predictions: Sequence[str | Path],
    validation: Sequence[str | Path],
    noise: EvidenceNoise,
    tools: Sequence[str] | None = None,
    max_gap: float = 0.2,
    usable_at: int = 5,
    answers_shown: int = 3,
) -> TracedQueries:
    """Read what tools answered to training questions, check that they are honest, and think.

    Questions that no tool answered are left out: a thought about tools that were never asked would be invented.

    Args:
        data: the prepared dataset.
        queries: training questions of a task in `TOOL_TASKS`.
        predictions: tables of tools that never saw the targets.
        validation: tables of the same tools, or of their final versions, for the validation part.
        noise: missing and wrong answers.
        tools: their names, in the order of the thoughts; by default all, by name.
        max_gap: see `refuse_dishonest`.
        usable_at: how many of a tool's first items count, for thoughts and hit rates.
        answers_shown: how many items of each answer are written.

    Raises:
        EvidenceError: tables that cannot be used, or none of the questions is answered.
        DishonestEvidenceError: a tool does better inside the traces than on validation, beyond chance.
    """
    answers = answers_from_predictions(predictions, data, queries, tools=tools)
    asked = np.flatnonzero(answers.asked)
    if not len(asked):
        raise EvidenceError(
            f"predictions: none answers one of the {len(queries)} {queries.task} training queries; write the queries "
            "with rr-data traces --ask, and let the tools keep their query_id"
        )
    names = list(answers)
    inside = read_predictions(predictions, queries.task, tools=names)
    inside = inside.join(pl.DataFrame({QUERY_ID: queries.ids.unique()}), on=QUERY_ID, how="semi")
    new = read_predictions(validation, queries.task, tools=names)
    gaps = honesty_gaps(
        hit_table(inside, data, queries.task, TRAIN, at=usable_at),
        hit_table(new, data, queries.task, VALIDATION, at=usable_at),
        names,
    )
    refuse_dishonest(gaps, max_gap)
    kept, known = queries.take(asked), answers.take(asked)
    evidence = trace_queries(data, kept, known, noise=noise, usable_at=usable_at, answers_shown=answers_shown)
    return TracedQueries(kept, known, evidence, tuple(gaps), len(queries) - len(asked))
