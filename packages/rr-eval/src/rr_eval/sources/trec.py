"""TREC runs."""

from __future__ import annotations

from pathlib import Path

from rr_eval.errors import PredictionsFileError
from rr_eval.predictions import Predictions
from rr_eval.sources.judgements import Judgements
from rr_eval.sources.rows import Loaded, ranked


def from_trec(lines: list[list[str]], relevant: Judgements, *, task: str, path: Path) -> Loaded:
    """Read the fields of a run, `QUERY Q0 ITEM RANK SCORE TAG` a line; the tag names the system, the rank is not read.

    Items are ordered by score alone, so that ties are ties (trec_eval breaks them by the item's name).

    Raises:
        PredictionsFileError: a score is no number.
        InvalidPredictionsError: as `ranked`.
    """
    by_tag: dict[str, tuple[list[str], list[str], list[float]]] = {}
    for number, (query, _, item, _, score, tag) in enumerate(lines, start=1):
        queries, items, scores = by_tag.setdefault(tag, ([], [], []))
        queries.append(query)
        items.append(item)
        try:
            scores.append(float(score))
        except ValueError:
            raise PredictionsFileError(f"{path}: score {score!r} in line {number}; expected a number") from None
    found = [ranked(tag, *rows, relevant, task=task, source=str(path)) for tag, rows in by_tag.items()]
    notes = tuple(dict.fromkeys(note for part in found for note in part.notes))
    return Loaded(Predictions.concat([part.predictions for part in found]), notes)
