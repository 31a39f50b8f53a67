"""Every system's answers to the untouched test items, as one predictions table."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from recipes.demo.routing import POLICY, REASONER, VOTE, expected_shares, voting_tool
from recipes.demo.settings import Settings
from recipes.demo.steps import Report
from recipes.demo.tuning import asked
from recipes.demo.zoo import FINAL, load_tools
from rr_data.interfaces import LEVELS, PreparedDataset
from rr_eval import Predictions
from rr_planner import (
    AlwaysBoth,
    AlwaysReasoner,
    Answers,
    BestOverall,
    Ensemble,
    Ledger,
    Oracle,
    Planner,
    Policy,
    QueryBatch,
    Random,
    Ranking,
    RankingLike,
    Tool,
    load_policy,
)
from rr_tools import RuntimeTool
from rr_vlm import VlmReasoner

AGENT, ORACLE = "agent", "oracle routing"
ALONE, BOTH, RANDOM = "VLM only", "VLM with tools always", "random routing"
PREDICTIONS, LEDGER = "predictions.parquet", "ledger.jsonl"
ROUTES = ("tools", "reasoner", "both")


@dataclass(frozen=True, slots=True, eq=False)
class Place:
    """Where each query's target stands in a ranking of the whole catalogue.

    Attributes:
        ahead: [B] items that score more than the target.
        tied: [B] other items that score exactly as much.
        whole: whether the catalogue was scored; else only listed targets have a place that is worth telling.
    """

    ahead: NDArray[np.int64]
    tied: NDArray[np.int64]
    whole: bool = True

    @classmethod
    def of(cls, scores: NDArray[Any], targets: NDArray[np.int64]) -> Place:
        """Read the places off [B, n_items] scores."""
        own = np.take_along_axis(scores, targets[:, None], axis=1)
        return cls((scores > own).sum(axis=1), (scores == own).sum(axis=1) - 1)

    @classmethod
    def scored(
        cls, scores: Callable[[NDArray[np.int64]], NDArray[Any]], targets: NDArray[np.int64], *, at_once: int = 1000
    ) -> Place:
        """Read the places off the scores of some queries at a time, `scores(rows)`: never all users by all items."""
        starts = range(0, len(targets), at_once)
        chunks = [np.arange(start, min(start + at_once, len(targets))) for start in starts]
        places = [cls.of(scores(rows), targets[rows]) for rows in chunks]
        return cls(*(np.concatenate([getattr(place, name) for place in places]) for name in ("ahead", "tied")))

    @classmethod
    def listed(cls, ranking: Ranking, n_items: int, targets: NDArray[np.int64]) -> Place:
        """Read the places off ranked lists; all items that are not listed are tied behind them."""

        def scores(rows: NDArray[np.int64]) -> NDArray[Any]:
            table = np.full((len(rows), n_items), -np.inf)
            np.maximum.at(table, (np.arange(len(rows))[:, None], ranking.items[rows]), ranking.scores[rows])
            return table

        return replace(cls.scored(scores, targets), whole=False)

    def told(self, row: int) -> tuple[int | None, int | None]:
        """Return `ahead` and `tied` of one query, None where they are to be read off the list."""
        return (int(self.ahead[row]), int(self.tied[row])) if self.whole else (None, None)

    @property
    def rank(self) -> NDArray[np.float64]:
        """[B] the middle of the target's tie group."""
        return np.asarray(self.ahead + 1 + self.tied / 2, dtype=np.float64)


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class TestQueries:
    """The test queries and their answers, of which nobody has seen anything.

    Attributes:
        data: the dataset.
        batch: B queries.
        targets: [B] the right items.
        k: length of the lists.
        task: what it is called.
    """

    data: PreparedDataset
    batch: QueryBatch
    targets: NDArray[np.int64]
    k: int
    task: str

    @classmethod
    def of(cls, data: PreparedDataset, settings: Settings) -> TestQueries:
        """Ask what the settings say."""
        batch, targets = asked(data, settings, "test")
        task = "direct" if settings.candidates == "stored" else "sequential"
        return cls(data=data, batch=batch, targets=targets, k=settings.k, task=task)


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class TestRun(TestQueries):
    """The test queries and everybody who answers them."""

    tools: Sequence[RuntimeTool]
    vote: Ensemble
    reasoner: VlmReasoner

    def planner(self, policy: Policy, ledger: Ledger | None = None) -> Planner:
        """Route with another policy, all else equal: the vote answers at low risk, its members are evidence."""
        return Planner(
            tools=[self.vote, *self.tools],
            reasoner=self.reasoner,
            policy=policy,
            selection=BestOverall(VOTE),
            consult=[tool.name for tool in self.tools],
            ledger=ledger,
        )


def answer_alone(data: PreparedDataset, settings: Settings, reasoner: VlmReasoner, system: str) -> Predictions:
    """Let a VLM answer the test queries without tools and without a planner."""
    run = TestQueries.of(data, settings)
    started = time.perf_counter()
    answer = reasoner.deliberate(run.batch, run.k)
    seconds = time.perf_counter() - started
    place = Place.scored(lambda rows: reasoner.scores(run.batch.take(rows)), run.targets)
    size = len(run.batch)
    ahead, tied = zip(*(place.told(row) for row in range(size)), strict=True)
    return Predictions.from_columns(
        **_common(run, system),
        **_ranked(run, answer),
        n_ahead=ahead,
        n_tied=tied,
        confidence=answer.confidence,
        tools_used=[[]] * size,
        latency_ms=np.full(size, 1000 * seconds / size),
        flops=np.full(size, reasoner.flops_per_query),
    )


def evaluate(
    data: PreparedDataset, settings: Settings, tools: Path, router: Path, folder: Path, report: Report
) -> None:
    """Let every system answer the test queries; writes the predictions table and the agent's ledger."""
    torch.set_num_threads(settings.threads)
    queries = TestQueries.of(data, settings)
    batch, targets = queries.batch, queries.targets
    light = load_tools(settings, tools, FINAL)
    run = TestRun(
        data=data,
        batch=batch,
        targets=targets,
        tools=light,
        vote=voting_tool(router, light, depth=settings.k),
        reasoner=VlmReasoner.load(router / REASONER),
        k=settings.k,
        task=queries.task,
    )
    done = iter(range(1, 8))
    parts, rankings, places = [], [], {}
    for tool in run.tools:
        started = time.perf_counter()
        ranking = tool.rank(run.batch, run.k)
        seconds = time.perf_counter() - started
        places[tool.name] = Place.scored(partial(_scores, tool, batch), targets)
        rankings.append(Ranking(ranking.items, ranking.scores.astype(np.float64), ranking.confidence))
        parts.append(_tool_rows(run, tool, ranking, places[tool.name], seconds))
    started = time.perf_counter()
    vote = run.vote.rank(run.batch, run.k)
    places[VOTE] = Place.listed(vote, data.n_items, run.targets)
    parts.append(_tool_rows(run, run.vote, vote, places[VOTE], time.perf_counter() - started))
    report(next(done), 7)

    evidence = {tool.name: ranking for tool, ranking in zip(run.tools, rankings, strict=True)}
    places["reasoner"] = Place.scored(lambda rows: run.reasoner.scores(batch.take(rows)), targets)
    report(next(done), 7)
    places["both"] = Place.scored(
        lambda rows: run.reasoner.scores(batch.take(rows), {name: said.take(rows) for name, said in evidence.items()}),
        targets,
    )
    report(next(done), 7)

    policy = load_policy(router / POLICY)
    (folder / LEDGER).unlink(missing_ok=True)
    agent = run.planner(policy, Ledger(folder / LEDGER)).answer(run.batch, run.k)
    best = Oracle.from_gains(
        run.batch.ids,
        tools=1 / places[VOTE].rank,
        reasoner=1 / places["reasoner"].rank,
        both=1 / places["both"].rank,
    )
    policies: dict[str, Policy] = {
        ALONE: AlwaysReasoner(),
        BOTH: AlwaysBoth(),
        RANDOM: Random(expected_shares(router), seed=settings.seed),
        ORACLE: best,
    }
    for system, other in policies.items():
        parts.append(_planned_rows(run, system, run.planner(other).answer(run.batch, run.k), places))
        report(next(done), 7)
    parts.insert(-1, _planned_rows(run, AGENT, agent, places))
    Predictions.concat(parts).write(folder / PREDICTIONS)


def _scores(tool: RuntimeTool, batch: QueryBatch, rows: NDArray[np.int64]) -> NDArray[np.float32]:
    return tool.scores(batch.take(rows))


def _common(run: TestQueries, system: str) -> dict[str, Any]:
    ids = run.data.items["item_id"].to_numpy()
    levels = run.data.evidence_horizon().levels[run.batch.users]
    users = run.data.users["user_id"].to_numpy()[run.batch.users]
    return {
        "query_id": users,
        "user_id": users,
        "task": run.task,
        "system": system,
        "target": ids[run.targets],
        "group": [LEVELS[level] for level in levels],
    }


def _named(run: TestQueries, rows: Sequence[Sequence[int]]) -> list[list[str]]:
    ids = run.data.items["item_id"].to_list()
    return [[ids[code] for code in row] for row in rows]


def _ranked(run: TestQueries, ranking: RankingLike) -> dict[str, Any]:
    kept = [~np.isneginf(row) for row in ranking.scores]
    return {
        "items": _named(run, [row[keep].tolist() for row, keep in zip(ranking.items, kept, strict=True)]),
        "scores": [row[keep].tolist() for row, keep in zip(ranking.scores, kept, strict=True)],
    }


def _tool_rows(run: TestRun, tool: Tool, ranking: Any, place: Place, seconds: float) -> Predictions:
    size = len(run.batch)
    ahead, tied = zip(*(place.told(row) for row in range(size)), strict=True)
    return Predictions.from_columns(
        **_common(run, tool.name),
        **_ranked(run, ranking),
        n_ahead=ahead,
        n_tied=tied,
        confidence=ranking.confidence,
        tools_used=[[tool.name]] * size,
        latency_ms=np.full(size, 1000 * seconds / size),
        flops=np.full(size, tool.flops_per_query),
    )


def _planned_rows(run: TestRun, system: str, answers: Answers, places: dict[str, Place]) -> Predictions:
    columns: dict[str, Any] = answers.to_columns()
    columns["items"] = _named(run, columns["items"])
    del columns["query_id"]
    # A route's ranking of the whole catalogue is known, so targets beyond the list have exact ranks too.
    source = [
        served if route == "tools" else route
        for served, route in zip(answers.served_by, answers.routes.tolist(), strict=True)
    ]
    ahead, tied = zip(*(places[name].told(row) for row, name in enumerate(source)), strict=True)
    return Predictions.from_columns(
        **_common(run, system),
        **columns,
        n_ahead=ahead,
        n_tied=tied,
    )
