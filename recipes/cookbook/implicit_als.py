"""A model of `implicit` as a tool: `tool(model, counts)`."""

from __future__ import annotations

from typing import Any

import numpy as np

from rr_planner import FunctionTool, QueryBatch, Ranking


def tool(model: Any, counts: Any) -> FunctionTool:
    """Wrap a fitted model of `implicit`; user ids are rows of `counts`, a user beyond them is a new one.

    `implicit` recommends what has the largest scores, and fills up with -1 where it knows too few items.
    """

    def rank(queries: QueryBatch, k: int) -> Ranking:
        known = (queries.users >= 0) & (queries.users < counts.shape[0])
        items, scores = np.zeros((len(queries), k), dtype=np.int64), np.full((len(queries), k), -np.inf)
        users = queries.users[known]
        if len(users):
            width = min(k, counts.shape[1])
            found, worth = model.recommend(users, counts[users], width, filter_already_liked_items=False)
            worth = np.where(found >= 0, worth, -np.inf)
            items[known, :width], scores[known, :width] = np.maximum(found, 0), worth
        # How far the first item stands out; make it a probability with `Isotonic.fit` on outcomes.
        sure = np.where(known, np.clip(np.nan_to_num(scores[:, 0], neginf=0.0), 0.0, 1.0), 0.0)
        return Ranking(items, scores, sure)

    return FunctionTool("als", rank)
