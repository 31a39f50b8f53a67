"""Warnings that stand beside the numbers, wherever they are shown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from rr_eval.answers import Answers
from rr_eval.metrics import Metric
from rr_eval.ranking.target_ranks import TargetRanks


def notes_on(task: str, answers: Mapping[str, Answers], metrics: Sequence[Metric]) -> tuple[str, ...]:
    """Warn where a number rests on less than it seems: sampled candidates, cut lists, systems on different queries."""
    notes = []
    if task == "direct":
        notes.append(
            "sampled: targets were ranked among drawn candidates; these numbers are higher than over the whole "
            "catalogue and may order the systems otherwise (Krichene and Rendle, 2020)"
        )
    for metric in metrics:
        for system, found in answers.items():
            unseen = found.unseen(metric.k) if isinstance(found, TargetRanks) else 0
            if unseen:
                notes.append(
                    f"{metric.name} of {system}: {unseen} lists end before place {metric.k or 'last'} without the "
                    "target and without n_ahead; they count as misses"
                )
    if not _same_queries(list(answers.values())):
        notes.append(
            "the systems answered different queries; their means are not comparable, paired differences use the "
            "shared ones"
        )
    return tuple(notes)


def _same_queries(answers: Sequence[Answers]) -> bool:
    first = answers[0].query_ids
    return all(
        other.query_ids.equals(first) or (len(other) == len(first) and other.query_ids.sort().equals(first.sort()))
        for other in answers[1:]
    )
