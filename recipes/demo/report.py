"""The demo's report: the table, the routes, the calibration, the training curve and six decisions."""

from __future__ import annotations

import importlib.metadata
import json
import platform
from pathlib import Path

import numpy as np

from recipes.demo.cases import decision_cases
from recipes.demo.evaluation import AGENT, ALONE, BOTH, ORACLE, RANDOM
from recipes.demo.settings import TOOLS, Settings
from recipes.demo.tuning import HIT_AT
from rr_data.interfaces import LEVELS, PreparedDataset
from rr_eval import Evaluation, Predictions, evaluate, evaluate_by, gap_closed
from rr_eval.report import (
    CostQualityChart,
    CurveChart,
    DecisionGallery,
    Highlight,
    Phase,
    Provenance,
    RadarChart,
    ReliabilityDiagram,
    Report,
    ResultsTable,
    RouteTable,
    Section,
    Series,
    render_report,
    risk_coverage_chart,
)
from rr_vlm import Curriculum, read_history

METRICS = ("HR@5", "NDCG@5")
PACKAGES = ("rr-data", "rr-tools", "rr-vlm", "rr-planner", "rr-eval", "torch", "transformers", "trl", "recbole")
ROUTES_LEAD = (
    "Low risk goes to the light tools' majority vote, medium risk to the VLM alone, high risk to the VLM with "
    "the tools' answers as evidence."
)


def write_report(
    data: PreparedDataset, settings: Settings, predictions: Predictions, tuned: Path, path: Path, *, command: str
) -> Evaluation:
    """Render the report from the predictions table; returns what the table says."""
    scores = evaluate(predictions, metrics=METRICS, seed=settings.seed)
    sections: list[Section] = [
        ResultsTable.from_evaluation(
            scores, title="Ranking the full catalogue", reference=best_tool(scores), bounds=[ORACLE]
        ),
        CostQualityChart.from_evaluation(scores, metric=METRICS[0], bounds=[ORACLE]),
        *_radar(predictions, scores, settings),
        RouteTable.from_predictions(
            predictions, system=AGENT, seed=settings.seed, title="What the planner did", lead=ROUTES_LEAD
        ),
        ReliabilityDiagram.from_predictions(predictions, system=AGENT, k=HIT_AT, title="Is its confidence kept?"),
        risk_coverage_chart(
            predictions,
            systems=[AGENT, best_tool(scores), ALONE, BOTH],
            k=HIT_AT,
            title="What it knows about its mistakes",
            lead="A curve that rises from the left means that the confident answers are the right ones.",
        ),
        *_training_charts(tuned, settings),
        DecisionGallery(
            decision_cases(data, predictions, settings.cases),
            lead="The most confident hits and misses of each route.",
        ),
    ]
    report = Report(
        title=f"ReasonRec on {data.manifest.name}",
        summary=_summary(scores, len(predictions.of_system(AGENT))),
        sections=sections,
        provenance=_provenance(data, settings, command),
        highlights=_highlights(scores, predictions),
    )
    render_report(report, path)
    return scores


def best_tool(scores: Evaluation) -> str:
    """Name the tool with the highest HR@5."""
    return max(TOOLS, key=lambda name: scores.score(name, "HR@5").value)


def _summary(scores: Evaluation, queries: int) -> str:
    tool = best_tool(scores)
    rate = {name: f"{scores.score(name, 'HR@5').value:.4f}" for name in (AGENT, tool, ALONE, BOTH)}
    return (
        f"One run of the whole agent: pictures observed, thoughts deliberated, queries routed. On {queries} untouched "
        f"test queries over the full catalogue the agent reaches HR@5 {rate[AGENT]}; the best single tool, {tool}, "
        f"{rate[tool]}; the VLM alone {rate[ALONE]}; the VLM with tools on every query {rate[BOTH]}."
    )


def _highlights(scores: Evaluation, predictions: Predictions) -> list[Highlight]:
    tool = best_tool(scores)
    hit_rate = {name: scores.score(name, "HR@5").value for name in (AGENT, tool, RANDOM, ORACLE)}
    spent = {name: predictions.of_system(name).numbers("flops").mean() for name in (AGENT, BOTH)}
    used = np.mean([bool(names) for names in predictions.of_system(AGENT).lists("tools_used")])
    highlights = [
        Highlight(f"{hit_rate[AGENT]:.4f}", "HR@5 of the agent", f"{tool}: {hit_rate[tool]:.4f}"),
        Highlight(f"{100 * used:.0f} %", "of the queries used a tool"),
        Highlight(f"{spent[AGENT] / spent[BOTH]:.2f}x", "FLOPs a query", "1x is VLM with tools always"),
    ]
    if hit_rate[ORACLE] > hit_rate[RANDOM]:
        closed = gap_closed(hit_rate[AGENT], random=hit_rate[RANDOM], oracle=hit_rate[ORACLE])
        highlights.append(Highlight(f"{100 * closed:.0f} %", "of the gap closed", "from random to oracle routing"))
    return highlights


def _radar(predictions: Predictions, scores: Evaluation, settings: Settings) -> list[Section]:
    """Quality by evidence horizon; nothing where the users stand at fewer than three levels, which make no radar."""
    parts = evaluate_by(predictions, by="group", metrics=METRICS, seed=settings.seed, n_resamples=1)
    if len(parts) < len(LEVELS):
        return []
    return [
        RadarChart.from_evaluations(
            {f"{level} EH": part for level, part in parts.items()},
            systems=[AGENT, best_tool(scores), ALONE, BOTH],
            title="By evidence horizon",
            lead="Users with a short history stand on the side of a high horizon (paper, Fig. 1 and table 3).",
        )
    ]


def _training_charts(tuned: Path, settings: Settings) -> list[CurveChart]:
    history = read_history(tuned / "reasoner" / "training.jsonl")
    plan = Curriculum().plan(settings.steps)
    starts = list(plan.boundaries().items())
    ends = [start for _, start in starts[1:]] + [settings.steps]
    phases = [Phase(phase.value, start, end) for (phase, start), end in zip(starts, ends, strict=True)]
    steps = [line["step"] for line in history]
    losses = [Series(name, steps, [line[f"{name}_loss"] for line in history]) for name in ("answer", "history")]
    shares = [
        Series(f"{level} horizon", plan.steps.tolist(), plan.shares[:, column].tolist())
        for column, level in enumerate(LEVELS)
    ]
    return [
        CurveChart(
            "Tuning", losses, phases, lead="Cross-entropy of the answer and of the next item along the history."
        ),
        CurveChart("Curriculum", shares, phases, y_label="share", lead="Whom each step draws from (paper, Fig. 2B)."),
    ]


def _provenance(data: PreparedDataset, settings: Settings, command: str) -> Provenance:
    return Provenance(
        command=command,
        seeds={"run": settings.seed},
        details={
            "data set": f"{data.manifest.name}, checksum {data.checksum[:12]}",
            "settings": json.dumps(settings.subset("source", "images", "steps", "batch", "history", "evidence_from")),
            "Python": platform.python_version(),
            **{name: importlib.metadata.version(name) for name in PACKAGES},
        },
    )
