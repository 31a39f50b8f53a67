"""A trained model of RecBole as a tool: `tool(model, dataset)`. For serving, export it instead (`rr-tools export`)."""

from __future__ import annotations

from typing import Any

import numpy as np

from rr_planner import FunctionTool, QueryBatch, Ranking


def tool(model: Any, dataset: Any) -> FunctionTool:
    """Wrap a general recommender of RecBole; ids are its own, of which 0 is padding.

    Users it does not know get an empty list, so the planner asks another model.
    """
    import torch  # noqa: PLC0415  # where RecBole is, torch is; the cookbook is imported without both
    from recbole.data.interaction import Interaction  # type: ignore[import-untyped,unused-ignore]  # noqa: PLC0415

    n_users, n_items = dataset.user_num, dataset.item_num

    def rank(queries: QueryBatch, k: int) -> Ranking:
        known = (queries.users > 0) & (queries.users < n_users)
        table = np.full((len(queries), n_items), -np.inf)
        if known.any():
            users = torch.as_tensor(queries.users[known])
            with torch.no_grad():
                scores = model.full_sort_predict(Interaction({dataset.uid_field: users}).to(model.device))
            table[known] = scores.reshape(-1, n_items).cpu().numpy()
        table[:, 0] = -np.inf
        return Ranking.from_scores(table, k)

    return FunctionTool(type(model).__name__, rank)
