"""Thoughts and shown answers of each task, from what tools answered."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from rr_data.errors import EvidenceError
from rr_data.prepared import PreparedDataset
from rr_data.prompts.evidence import build_traces
from rr_data.prompts.evidence_noise import EvidenceNoise, FloatArray, IntArray
from rr_data.prompts.evidence_text import evidence_text, probability_text
from rr_data.prompts.held_out import HeldOut
from rr_data.prompts.task_queries import TaskQueries
from rr_data.prompts.tool_answers import ToolAnswers
from rr_data.prompts.trace import CONFIDENCE_BINS, Trace


@dataclass(frozen=True, slots=True, eq=False)
class TracedEvidence:
    """What examples show and think.

    Attributes:
        traces: N thoughts.
        answers: of sequential and direct questions: [N, k] item codes by tool, after noise; else empty.
        texts: N texts for the prompts.
    """

    traces: list[Trace]
    answers: Mapping[str, IntArray]
    texts: list[str]


def trace_queries(
    data: PreparedDataset,
    queries: TaskQueries,
    answers: ToolAnswers,
    *,
    noise: EvidenceNoise,
    usable_at: int = 5,
    answers_shown: int = 3,
) -> TracedEvidence:
    """Disturb answers, and think about them as they are then shown.

    - sequential, direct: see `build_traces`; of a candidate list the target is its right item, so all questions about
      it call the same tools usable. Items that the user has in a later part only are taken out (`HeldOut`).
    - ctr: see `build_click_traces`.
    - explanation: no tool is asked.

    Args:
        data: the dataset.
        queries: N questions.
        answers: to these questions, from tools that never saw the targets.
        noise: missing and wrong answers.
        usable_at: how many of a tool's first items count.
        answers_shown: how many items of each answer are written.

    Raises:
        EvidenceError: explanations, or answers to another number of questions.
    """
    levels = data.evidence_horizon().levels[queries.users]
    if queries.task == "ctr" and queries.labels is not None:
        given = {name: _probabilities(name, answers.scores[name][:, 0]) for name in answers}
        said = noise.apply_to_probabilities(given)
        traces = build_click_traces(said, queries.labels, levels)
        texts = [probability_text({name: float(said[name][row]) for name in said}) for row in range(len(queries))]
        return TracedEvidence(traces, {}, texts)
    if queries.task not in ("sequential", "direct"):
        raise EvidenceError(f"{queries.task}: no tool is asked there; expected sequential, direct or ctr questions")
    held_out = HeldOut.of(data)
    shown = {name: held_out.without(queries.users, codes) for name, codes in noise.apply(answers).items()}
    traces = build_traces(shown, queries.targets, levels, usable_at=usable_at)
    texts = [
        evidence_text({name: codes[row][:answers_shown] for name, codes in shown.items()})
        for row in range(len(queries))
    ]
    return TracedEvidence(traces, shown, texts)


def build_click_traces(
    probabilities: Mapping[str, NDArray[Any]], labels: ArrayLike, eh_levels: ArrayLike
) -> list[Trace]:
    """The thought of each click question.

    - A tool is usable where its probability is on the right side: |probability - label| < 0.5.
    - The confidence bin is floor(10 * p), at most 9, with p = what the mean of the tools' probabilities gives to the
      right answer, and 0 where no tool answered. The expected bin is then the expected probability of being right.
    - There is no evidence: the one item is the one in question.

    Args:
        probabilities: [N] by tool, NaN for a tool without an answer.
        labels: [N] 1 or 0.
        eh_levels: [N] 0, 1 or 2.

    Raises:
        EvidenceError: columns of different lengths.

    Example:
        >>> build_click_traces({"dcnv2": np.array([0.8]), "fm": np.array([0.3])}, [1], [2])
        [Trace(eh_level=2, confidence_bin=5, tools=(('dcnv2', True), ('fm', False)), evidence=())]
    """
    wanted, levels = np.asarray(labels), np.asarray(eh_levels)
    values: dict[str, FloatArray] = {
        name: np.asarray(column, dtype=np.float64) for name, column in probabilities.items()
    }
    lengths = {len(wanted), len(levels), *(len(column) for column in values.values())}
    if len(lengths) > 1:
        raise EvidenceError(
            f"probabilities, labels, eh_levels: received lengths {sorted(lengths)}; expected one length"
        )
    usable = {name: np.abs(column - wanted) < 0.5 for name, column in values.items()}  # NaN is never near
    table = np.stack(list(values.values())) if values else np.empty((0, len(wanted)))
    told = ~np.isnan(table)
    mean = np.where(told, table, 0).sum(axis=0) / np.maximum(told.sum(axis=0), 1)
    right = np.where(told.any(axis=0), np.where(wanted == 1, mean, 1 - mean), 0)
    bins = np.clip(np.floor(CONFIDENCE_BINS * right + 1e-9), 0, CONFIDENCE_BINS - 1).astype(np.int64)
    return [
        Trace(int(levels[row]), int(bins[row]), tuple((name, bool(flags[row])) for name, flags in usable.items()))
        for row in range(len(wanted))
    ]


def _probabilities(name: str, scores: NDArray[np.float32]) -> FloatArray:
    """[N] as they came; refuses numbers that are no probabilities."""
    values = scores.astype(np.float64)
    if bool(np.any((values < 0) | (values > 1))):
        raise EvidenceError(f"{name}: received click scores outside [0, 1]; expected probabilities")
    return values
