"""The experiment `clicks`: classical click-through models, the VLM and the agent on stored clicks and negatives.

The agent's light tool is the mean of the models' probabilities; whoever answers gives the probability of a click, and
its confidence is that of the likelier of yes and no.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from recipes.demo.evaluation import AGENT, ALONE, BOTH, PREDICTIONS, RANDOM
from recipes.demo.routing import VOTE
from recipes.demo.settings import Variant
from recipes.demo.steps import Report, Step
from recipes.demo.zoo import at_most
from recipes.reproduce.vlm_steps import VlmSteps, drawn, rows_at_most
from recipes.reproduce.workshop import Place
from rr_data.interfaces import LEVELS, PreparedDataset, probability_text, training_queries, training_rows
from rr_eval import Predictions
from rr_planner import (
    AlwaysBoth,
    AlwaysReasoner,
    Costs,
    Planner,
    Policy,
    QueryBatch,
    Random,
    Ranking,
    RankingLike,
    calibrate_bands,
)
from rr_planner.adapters import FunctionReasoner, FunctionTool
from rr_tools import ClickTable, CtrData, RuntimeTool, load_tool, train
from rr_vlm import VlmReasoner, preset

TASK = "ctr"
FINAL, HONEST = "final", "honest"
VALIDATION, TEST = 1, 2
Numbers = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Questions:
    """N questions: would this user click on this item?

    Attributes:
        batch: of queries with one candidate each.
        labels: [N] 1 for a click.
    """

    batch: QueryBatch
    labels: NDArray[np.int64]

    @classmethod
    def of(cls, data: PreparedDataset, clicks: ClickTable, *, most: int | None, seed: int) -> Questions:
        """Ask about clicks, or so many of them as are drawn.

        A click reads the training items before it. Where one item is left out for testing, the validation item comes
        before it too, and a test click reads it as every other test query does.
        """
        if most is not None and len(clicks) > most:
            clicks = clicks.take(np.sort(np.random.default_rng(seed).permutation(len(clicks))[:most]))
        trained, known = data.sequences(until="train"), data.sequences(until="validation")
        whole = (clicks.parts == TEST) & (data.manifest.split["name"] == "leave_one_out")
        read = zip(clicks.users.tolist(), clicks.history_lengths.tolist(), whole.tolist(), strict=True)
        batch = QueryBatch.of(
            users=clicks.users,
            histories=[
                np.asarray(known[user] if all_known else trained[user][:length], dtype=np.int64)
                for user, length, all_known in read
            ],
            evidence_horizon=data.evidence_horizon().normalized[clicks.users],
            candidates=clicks.items[:, None],
        )
        return cls(batch, clicks.labels)


def clicks(place: Place, options: Mapping[str, Any]) -> Predictions:
    """Train the models named by `models`, the VLM and its `baselines`; let everybody answer the test questions."""
    names = tuple(options["models"])
    tools = place.runner.run(
        "models",
        partial(_train_models, place, names),
        settings={"models": names, "epochs": place.budget.epochs, "seed": place.seed},
        code=("rr_tools", "recipes.reproduce.clicks"),
        after=[place.prepared],
        about="train the click-through models, on everything and honestly",
    )
    vlm = VlmSteps(place, TASK, place.settings, rows=partial(_rows, place, names, tools), after=[tools])
    answered = place.runner.run(
        "answer",
        partial(_answer, place, names, tools, vlm.tuned),
        settings={"questions": place.budget.questions, "seed": place.seed},
        code=("rr_planner", "rr_vlm", "recipes.reproduce.clicks"),
        after=[place.prepared, tools, vlm.tuned],
        about="calibrate on validation clicks, answer the test's",
    )
    parts = [Predictions.read(answered.folder / PREDICTIONS)]
    parts += [_baseline(place, name) for name in options.get("baselines", ())]
    return Predictions.concat(parts)


def _train_models(place: Place, names: Sequence[str], folder: Path, report: Report) -> None:
    """Train each model on all users and, honestly, on every second one."""
    torch.set_num_threads(place.settings.threads)
    whole = CtrData.from_prepared(place.data)
    assert whole.clicks is not None  # the workshop prepares them
    table = whole.clicks
    kept = table.take((table.parts != 0) | (table.users % 2 == 0))
    jobs = [(kind, name) for kind in (FINAL, HONEST) for name in names]
    for done, (kind, name) in enumerate(jobs, start=1):
        data = whole if kind == FINAL else replace(whole, clicks=kept)
        if not (folder / kind / name).exists():
            (folder / kind).mkdir(parents=True, exist_ok=True)
            train(name, data, out=folder / kind / name, config=at_most(name, place.budget.epochs), seed=place.seed)
        report(done, len(jobs))


def _rows(place: Place, names: Sequence[str], tools: Step, variant: Variant) -> Iterator[dict[str, Any]]:
    """Questions of the training part; half of those that honest models have not seen show what these say."""
    data, seed, chosen = place.data, place.seed, preset(variant.preset)
    asked = drawn(training_queries(data, TASK, seed=seed), rows_at_most(place.settings), seed=seed)
    write = partial(
        training_rows,
        data,
        history_length=place.settings.history,
        pictures=place.settings.pictures if chosen.pictures else 0,
        wordings=chosen.wordings(TASK),
    )
    yield from write(asked, seed=seed)
    if not chosen.thoughts:
        return
    told = asked.take(asked.users % 2 == 1)
    if len(told):
        batch = QueryBatch.of(
            users=told.users,
            histories=[np.asarray(history) for history in told.histories],
            evidence_horizon=data.evidence_horizon().normalized[told.users],
            candidates=told.items[:, None],
        )
        said = {name: tool.probabilities(batch)[:, 0] for name, tool in _load(tools, HONEST, names).items()}
        texts = [probability_text({name: float(said[name][row]) for name in names}) for row in range(len(told))]
        yield from write(told, seed=seed + 1, tools=texts)


def _answer(place: Place, names: Sequence[str], tools: Step, tuned: Step, folder: Path, report: Report) -> None:
    """Calibrate the VLM and the bands on validation clicks, then let every system answer the test's."""
    torch.set_num_threads(place.settings.threads)
    data, models = place.data, _load(tools, FINAL, names)
    table = CtrData.from_prepared(data).clicks
    assert table is not None
    parts = {
        part: Questions.of(data, table.part(part), most=place.budget.questions, seed=place.seed)
        for part in (VALIDATION, TEST)
    }
    held_out, test = parts[VALIDATION], parts[TEST]
    reasoner = VlmReasoner.load(tuned.folder / "reasoner").calibrated_clicks(held_out.batch, held_out.labels[:, None])
    report(1, 3)
    panel = _Panel(models, reasoner)
    policies = _policies(panel, held_out, place)
    report(2, 3)
    answered = []
    for name, tool in {**panel.tools, VOTE: panel.vote}.items():
        answer = tool.rank(test.batch, 1)
        answered.append(_rows_of(data, test, name, answer, flops=tool.flops_per_query))
    for system, policy in policies.items():
        answers = panel.planner(policy).answer(test.batch, 1)
        columns = answers.to_columns()
        del columns["query_id"], columns["items"], columns["scores"], columns["confidence"]
        answered.append(_rows_of(data, test, system, answers.ranking, **columns))
    Predictions.concat(answered).write(folder / PREDICTIONS)
    report(3, 3)


@dataclass(frozen=True, slots=True)
class _Panel:
    """Everybody who answers, as the planner asks them."""

    models: Mapping[str, RuntimeTool]
    vlm: VlmReasoner

    @property
    def tools(self) -> dict[str, FunctionTool]:
        return {
            name: FunctionTool(name, partial(self._tool, [model]), model.flops_per_query)
            for name, model in self.models.items()
        }

    @property
    def vote(self) -> FunctionTool:
        models = list(self.models.values())
        return FunctionTool(VOTE, partial(self._tool, models), sum(model.flops_per_query for model in models))

    @property
    def reasoner(self) -> FunctionReasoner:
        vlm = self.vlm
        return FunctionReasoner(vlm.name, self.deliberate, vlm.flops_per_query, vlm.flops_with_evidence)

    def planner(self, policy: Policy) -> Planner:
        tools = [self.vote, *self.tools.values()]
        return Planner(tools=tools, reasoner=self.reasoner, policy=policy, consult=list(self.models))

    def deliberate(self, queries: QueryBatch, k: int, evidence: Mapping[str, RankingLike] | None) -> Ranking:
        said = {name: np.asarray(answer.scores)[:, :1] for name, answer in (evidence or {}).items()}
        return _sure(queries, self.vlm.click_probability(queries, said or None)[:, 0])

    @staticmethod
    def _tool(models: Sequence[RuntimeTool], queries: QueryBatch, k: int) -> Ranking:
        return _sure(queries, np.mean([model.probabilities(queries)[:, 0] for model in models], axis=0))


def _sure(queries: QueryBatch, probability: NDArray[Any]) -> Ranking:
    assert queries.candidates is not None
    likelihood = np.asarray(probability, dtype=np.float64)
    return Ranking(queries.candidates, likelihood[:, None], np.maximum(likelihood, 1 - likelihood))


def _policies(panel: _Panel, held_out: Questions, place: Place) -> dict[str, Policy]:
    """The agent's bands, fitted on validation clicks, and what they are compared with."""
    batch = held_out.batch
    vote = panel.vote.rank(batch, 1)
    said = {name: tool.rank(batch, 1) for name, tool in panel.tools.items()}
    alone, both = panel.reasoner.deliberate(batch, 1), panel.reasoner.deliberate(batch, 1, said)
    unit = panel.vote.flops_per_query + panel.vlm.flops_with_evidence
    found = calibrate_bands(
        evidence_horizon=batch.evidence_horizon,
        tool_confidence=np.asarray(vote.confidence)[None],
        tool_gain=_worth(vote, held_out)[None],
        reasoner_confidence=np.asarray(alone.confidence),
        reasoner_gain=_worth(alone, held_out),
        both_gain=_worth(both, held_out),
        costs=Costs(
            tools=panel.vote.flops_per_query / unit,
            reasoner=panel.vlm.flops_per_query / unit,
            evidence=panel.vlm.flops_with_evidence / unit,
        ),
        budget=place.settings.cost_budget,
        min_share=place.settings.min_share,
        tool_names=(VOTE,),
        users=batch.users,
        seed=place.seed,
    )
    shares = list(found.to_dict()["shares"].values())
    return {
        ALONE: AlwaysReasoner(),
        BOTH: AlwaysBoth(),
        RANDOM: Random(shares, seed=place.seed),
        AGENT: found.policy,
    }


def _worth(answer: RankingLike, questions: Questions) -> Numbers:
    """[N] one less the squared error: clicks are rare, so that everybody may well call no the likelier."""
    return np.asarray(1 - (np.asarray(answer.scores)[:, 0] - questions.labels) ** 2, dtype=np.float64)


def _rows_of(
    data: PreparedDataset, questions: Questions, system: str, answer: RankingLike, **columns: Any
) -> Predictions:
    users, items = questions.batch.users, np.asarray(answer.items)[:, 0]
    user_ids, item_ids = data.users["user_id"].to_numpy()[users], data.items["item_id"].to_numpy()[items]
    levels = data.evidence_horizon().levels[users]
    tools_used = columns.pop("tools_used", [[] if system == ALONE else [system]] * len(users))
    flops = columns.pop("flops", float("nan"))
    return Predictions.from_columns(
        query_id=[f"{user}:{item}" for user, item in zip(user_ids, item_ids, strict=True)],
        user_id=user_ids,
        task=TASK,
        system=system,
        items=[[item] for item in item_ids],
        scores=np.asarray(answer.scores)[:, :1].tolist(),
        target=item_ids,
        label=questions.labels,
        confidence=answer.confidence,
        tools_used=tools_used,
        flops=np.broadcast_to(flops, len(users)),
        group=[LEVELS[level] for level in levels],
        **columns,
    )


def _baseline(place: Place, name: str) -> Predictions:
    """A preset of the paper's generative baselines, tuned and asked alone."""
    settings = replace(place.settings, variant=Variant(preset=name))
    vlm = VlmSteps(place, TASK, settings, rows=partial(_rows, place, (), place.prepared), suffix=f"-{name}")

    def answer(folder: Path, report: Report) -> None:
        table = CtrData.from_prepared(place.data).clicks
        assert table is not None
        asked = [
            Questions.of(place.data, table.part(part), most=place.budget.questions, seed=place.seed)
            for part in (VALIDATION, TEST)
        ]
        reasoner = VlmReasoner.load(vlm.tuned.folder / "reasoner")
        reasoner = reasoner.calibrated_clicks(asked[0].batch, asked[0].labels[:, None])
        said = _Panel({}, reasoner).deliberate(asked[1].batch, 1, None)
        flops = reasoner.flops_per_query
        _rows_of(place.data, asked[1], name, said, flops=flops, tools_used=[[]] * len(said)).write(folder / PREDICTIONS)

    step = place.runner.run(
        f"answer-{name}",
        answer,
        settings={"questions": place.budget.questions, "seed": place.seed},
        code=("rr_vlm", "recipes.reproduce.clicks"),
        after=[place.prepared, vlm.tuned],
        about="let it answer the test clicks",
    )
    return Predictions.read(step.folder / PREDICTIONS)


def _load(tools: Step, kind: str, names: Sequence[str]) -> dict[str, RuntimeTool]:
    return {name: load_tool(tools.folder / kind / name) for name in names}
