"""One row a query and item: scores become ranked lists, judgements become targets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from rr_eval.errors import InvalidPredictionsError
from rr_eval.predictions import Predictions
from rr_eval.sources.judgements import Judgements


@dataclass(frozen=True, slots=True, eq=False)
class Loaded:
    """A table, and what was done to a file on the way to it."""

    predictions: Predictions
    notes: tuple[str, ...] = field(default=())


def ranked(
    system: str,
    queries: Sequence[str],
    items: Sequence[str],
    scores: Sequence[float],
    relevant: Judgements,
    *,
    task: str,
    source: str,
    users: Mapping[str, str] | None = None,
) -> Loaded:
    """Rank each query's items by score, and set its relevant ones as targets.

    Queries without a relevant item are left out, as nothing can be said about them; queries that have one and no row
    count as empty lists. Both are noted.

    Args:
        system: who answered.
        queries, items, scores: [M] rows in any order.
        relevant: each query's relevant items.
        task: `sequential` or `direct`.
        source: the file, for messages.
        users: the user of each query; None: every query is a user.

    Raises:
        InvalidPredictionsError: no query has a relevant item, or an item stands twice in a query.
    """
    lists: dict[str, list[tuple[float, str]]] = {query: [] for query, wanted in relevant.items() if wanted}
    if not lists:
        raise InvalidPredictionsError("relevant", "no relevant item", "at least one to look for", source=source)
    unjudged = set()
    for query, item, score in zip(queries, items, scores, strict=True):
        if query in lists:
            lists[query].append((-score, item))
        else:
            unjudged.add(query)
    for answers in lists.values():
        answers.sort()
    wanted = [relevant[query] for query in lists]
    several = any(len(items) > 1 for items in wanted) or any(gain != 1 for items in wanted for gain in items.values())
    graded = any(gain != 1 for items in wanted for gain in items.values())
    predictions = Predictions.from_columns(
        query_id=list(lists),
        user_id=[query if users is None else users.get(query, query) for query in lists],
        task=task,
        system=system,
        items=[[item for _, item in answers] for answers in lists.values()],
        scores=[np.array([-score for score, _ in answers], dtype=np.float32) for answers in lists.values()],
        target=[next(iter(items)) for items in wanted],
        relevant=[list(items) for items in wanted] if several else None,
        gains=[list(items.values()) for items in wanted] if graded else None,
    )
    notes = []
    if unjudged:
        notes.append(f"{source}: {len(unjudged)} queries without a relevant item are left out")
    empty = sum(not answers for answers in lists.values())
    if empty:
        notes.append(f"{source}: {empty} queries with relevant items have no row and count as misses")
    return Loaded(predictions, tuple(notes))
