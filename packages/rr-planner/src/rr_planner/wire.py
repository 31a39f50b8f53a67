"""Queries and rankings as JSON values: what crosses HTTP, and the processes of a deployment."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from rr_planner.errors import InvalidAnswerError, InvalidQueryError
from rr_planner.policies.settings import reject_unknown
from rr_planner.protocols import RankingLike
from rr_planner.types import Deliberation, QueryBatch, Ranking

_KEYS = ("id", "user", "history", "evidence_horizon", "candidates", "features")


def queries_to_json(queries: QueryBatch) -> list[dict[str, Any]]:
    """Return one object a query; `queries_from_json` reads them back.

    Example:
        >>> batch = QueryBatch.of(users=["ann"], histories=[[3]], evidence_horizon=[0.5])
        >>> queries_to_json(batch)
        [{'id': 0, 'user': 'ann', 'history': [3], 'evidence_horizon': 0.5}]
    """
    columns: dict[str, list[Any]] = {
        "id": queries.ids.tolist(),
        "user": queries.users.tolist(),
        "history": [history.tolist() for history in queries.histories],
        "evidence_horizon": queries.evidence_horizon.tolist(),
    }
    if queries.candidates is not None:
        columns["candidates"] = queries.candidates.tolist()
    if queries.features:
        names, values = list(queries.features), [column.tolist() for column in queries.features.values()]
        columns["features"] = [dict(zip(names, row, strict=True)) for row in zip(*values, strict=True)]
    return [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]


def queries_from_json(queries: Sequence[Mapping[str, Any]]) -> QueryBatch:
    """Read queries; `id` defaults to the place in the batch, `history` to none.

    Raises:
        InvalidQueryError: a key is missing or unknown, a value is of the wrong kind, or the queries of the batch differ
            in their number of candidates or the names of their features.
    """
    for number, query in enumerate(queries):
        reject_unknown(query, _KEYS, prefix=f"queries[{number}].")
        for key in ("user", "evidence_horizon"):
            if query.get(key) is None:
                raise InvalidQueryError(f"queries[{number}].{key}", "nothing", "a value")
    candidates: list[Any] = [query.get("candidates") for query in queries]
    if any(one is not None for one in candidates) and len({len(one or ()) for one in candidates}) > 1:
        raise InvalidQueryError("candidates", "lists of different lengths", "equally many in each query of a batch")
    names = {frozenset(query.get("features") or ()) for query in queries}
    if len(names) > 1:
        raise InvalidQueryError("features", "different names", "the same in each query of a batch")
    try:
        return QueryBatch.of(
            users=[query["user"] for query in queries],
            histories=[query.get("history") or [] for query in queries],
            evidence_horizon=[query["evidence_horizon"] for query in queries],
            ids=[query.get("id", number) for number, query in enumerate(queries)],
            candidates=None if not queries or candidates[0] is None else candidates,
            features={name: [query["features"][name] for query in queries] for name in next(iter(names), ())},
        )
    except (TypeError, OverflowError) as error:
        raise InvalidQueryError("queries", str(error), "values of one kind in each column") from None
    except InvalidQueryError:
        raise
    except ValueError as error:
        raise InvalidQueryError("queries", str(error), "columns of equal shape") from None


def ranking_to_json(ranking: RankingLike) -> dict[str, Any]:
    """Return a ranking's columns; the score of a padded place is None.

    Example:
        >>> ranking_to_json(Ranking.from_scores([[0.2, 0.7]], 3))
        {'items': [[1, 0, 0]], 'scores': [[0.7, 0.2, None]], 'confidence': None}
    """
    scores = np.asarray(ranking.scores, dtype=np.float64)
    shown = [[None if value == -np.inf else value for value in row] for row in scores.tolist()]
    sure = ranking.confidence
    columns = {
        "items": np.asarray(ranking.items).tolist(),
        "scores": shown,
        "confidence": None if sure is None else np.asarray(sure).tolist(),
    }
    thoughts = getattr(ranking, "thoughts", None)
    return columns if thoughts is None else {**columns, "thoughts": list(thoughts)}


def ranking_from_json(content: Any) -> Ranking:
    """Read a ranking, a `Deliberation` if it has thoughts.

    Raises:
        InvalidAnswerError: a column is missing or no array. Whether it is a good answer is checked by the planner.
    """
    if not isinstance(content, Mapping) or not {"items", "scores"} <= content.keys():
        raise InvalidAnswerError("answer", type(content).__name__, "an object with items, scores and confidence")
    try:
        scores = [[-np.inf if value is None else value for value in row] for row in content["scores"]]
        items, table = np.array(content["items"]), np.array(scores, dtype=np.float64)
        sure = content.get("confidence")
        confidence = None if sure is None else np.array(sure, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise InvalidAnswerError("answer", str(error), "items [B, k], scores [B, k], confidence [B]") from None
    if content.get("thoughts") is not None:
        return Deliberation(items, table, confidence, tuple(content["thoughts"]))
    return Ranking(items, table, confidence)
