"""Single decisions of the agent, as a person wants to see them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from recipes.demo.evaluation import AGENT, ROUTES
from recipes.demo.settings import TOOLS
from recipes.demo.tuning import HIT_AT
from rr_data.interfaces import PreparedDataset
from rr_eval import Predictions, target_ranks
from rr_eval.report import DecisionCase, ItemCard, ToolAnswer


def decision_cases(data: PreparedDataset, predictions: Predictions, count: int) -> list[DecisionCase]:
    """Show the most confident hits and misses of each route."""
    agent = predictions.of_system(AGENT)
    rank, confidence = target_ranks(agent).ranks, agent.numbers("confidence")
    text = {name: agent.strings(name) for name in ("user_id", "route", "thought", "reason", "target", "group")}
    said = {name: predictions.of_system(name).lists("items") for name in TOOLS}
    sure = {name: predictions.of_system(name).numbers("confidence") for name in TOOLS}
    items, shelf = agent.lists("items"), _Shelf(data)
    histories, horizon = data.sequences(until="validation"), data.evidence_horizon().normalized
    users = {name: code for code, name in enumerate(data.users["user_id"].to_list())}

    def case(row: int) -> DecisionCase:
        user = users[text["user_id"][row]]
        return DecisionCase(
            heading=f"User {text['user_id'][row]}",
            history=[shelf.of_code(code) for code in histories[user].tolist()],
            thought=text["thought"][row] or "",
            confidence=_known(confidence[row]),
            route=text["route"][row],
            reason=text["reason"][row],
            tool_answers=[ToolAnswer(name, shelf.of_ids(said[name][row]), _known(sure[name][row])) for name in TOOLS],
            answer=shelf.of_ids(items[row]),
            target=shelf.of_ids([text["target"][row]])[0],
            evidence=f"evidence horizon {horizon[user]:.2f} ({text['group'][row]})",
            rank=float(rank[row]),
        )

    return [case(row) for row in choose(text["route"], confidence, rank <= HIT_AT, count)]


def choose(
    routes: NDArray[np.object_], confidence: NDArray[np.float64], hit: NDArray[np.bool_], count: int
) -> list[int]:
    """Take by turns, for each route, the most confident hit and the most confident miss not taken yet.

    Example:
        >>> routes = np.array(["both", "tools", "tools"], dtype=object)
        >>> choose(routes, np.array([0.9, 0.2, 0.4]), np.array([True, False, False]), 2)
        [2, 0]
    """
    order = np.argsort(-np.nan_to_num(confidence, nan=-1.0), kind="stable")
    piles = [order[(routes[order] == route) & (hit[order] == good)] for route in ROUTES for good in (True, False)]
    taken = [int(pile[depth]) for depth in range(count) for pile in piles if depth < len(pile)]
    return sorted(taken[:count], key=lambda row: ROUTES.index(routes[row]))


class _Shelf:
    """Items as a person sees them: title, year, picture."""

    def __init__(self, data: PreparedDataset) -> None:
        ids = data.items["item_id"].to_list()
        columns = (ids, data.items["title"].to_list(), data.items["year"].to_list(), data.image_paths())
        self._cards = [
            ItemCard(item, f"{title or item} ({year})" if year else title or item, picture)
            for item, title, year, picture in zip(*columns, strict=True)
        ]
        self._codes = {item: code for code, item in enumerate(ids)}

    def of_code(self, code: int) -> ItemCard:
        return self._cards[code]

    def of_ids(self, ids: Sequence[Any]) -> list[ItemCard]:
        return [self._cards[self._codes[item]] for item in ids]


def _known(value: float) -> float | None:
    return None if np.isnan(value) else float(value)
