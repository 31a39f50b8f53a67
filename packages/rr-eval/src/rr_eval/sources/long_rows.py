"""Delimited files with one row a query and item, RecBole's atomic files among them."""

from __future__ import annotations

import numpy as np

from rr_eval.errors import InvalidArgumentError, InvalidPredictionsError
from rr_eval.predictions import Predictions
from rr_eval.sources.delimited import Delimited
from rr_eval.sources.judgements import Judgements, collected
from rr_eval.sources.rows import Loaded, ranked


def from_rows(file: Delimited, relevant: Judgements | None, *, task: str | None) -> Loaded:
    """Read `query_id` or `user_id`, `item_id`, `score`, and where they are there `label` and `system`.

    For the task ctr each row is a query, its score a click probability. For a ranking task relevant items come from
    `relevant`, else from `label`; a file with labels holds each query's candidates, so its task is `direct` unless said
    otherwise.

    Raises:
        InvalidPredictionsError: a column is missing or holds what it must not.
        InvalidArgumentError: a ranking without labels or judgements.
    """
    systems = file.strings("system") if "system" in file.names else [file.path.name.partition(".")[0]] * len(file.table)
    if task == "ctr":
        return Loaded(_clicks(file, systems))
    queries, items, scores = file.queries(), file.strings("item_id"), file.numbers("score")
    if relevant is None:
        if "label" not in file.names:
            received = f"{file.path} without a column 'label'"
            raise InvalidArgumentError("relevant", received, "that column, or a file of relevant items (--relevant)")
        relevant = collected(zip(queries, items, file.numbers("label").tolist(), strict=True))
    users = dict(zip(queries, file.strings("user_id"), strict=True)) if "user_id" in file.names else None
    chosen = task or ("direct" if "label" in file.names else "sequential")
    found = []
    for system in dict.fromkeys(systems):
        own = np.flatnonzero(np.array(systems, dtype=object) == system)
        rows = ([queries[row] for row in own], [items[row] for row in own], scores[own].tolist())
        found.append(ranked(system, *rows, relevant, task=chosen, source=str(file.path), users=users))
    notes = tuple(dict.fromkeys(note for part in found for note in part.notes))
    return Loaded(Predictions.concat([part.predictions for part in found]), notes)


def _clicks(file: Delimited, systems: list[str]) -> Predictions:
    users, items = file.strings("user_id" if "user_id" in file.names else "query_id"), file.strings("item_id")
    own_ids = file.strings("query_id") if {"query_id", "user_id"} <= set(file.names) else None
    if "label" not in file.names:
        raise InvalidPredictionsError("label", "a file without it", "0 or 1 in every row", source=str(file.path))
    return Predictions.from_columns(
        query_id=own_ids or [f"{user}:{item}" for user, item in zip(users, items, strict=True)],
        user_id=users,
        task="ctr",
        system=systems,
        items=[[item] for item in items],
        scores=[[score] for score in file.numbers("score").tolist()],
        target=items,
        label=file.numbers("label"),
    )
