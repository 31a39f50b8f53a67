"""A report with every kind of section, from drawn predictions."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from rr_eval import Predictions, evaluate, evaluate_by
from rr_eval.report import (
    CostQualityChart,
    CurveChart,
    DecisionCase,
    DecisionGallery,
    Highlight,
    ItemCard,
    Phase,
    Provenance,
    RadarChart,
    ReliabilityDiagram,
    Report,
    ResultsTable,
    RouteTable,
    Series,
    ToolAnswer,
    render_report,
    risk_coverage_chart,
)

QUERIES, ITEMS = 400, 60
SYSTEMS = {"popularity": (0.5, 2e3), "item-transition": (2.0, 1e4), "VLM only": (1.8, 9e7), "agent": (2.4, 5e7)}
METRICS = ("HR@5", "NDCG@5")


def write_sample(folder: Path) -> Path:
    """Write the report and return its path."""
    table = drawn_predictions()
    scores = evaluate(table, metrics=METRICS, seed=0)
    systems = list(SYSTEMS)
    steps = np.arange(1, 601)
    phases = [Phase("Warm-up", 0, 180), Phase("Progressive", 180, 570), Phase("Cold-start emphasis", 570, 600)]
    report = Report(
        title="A sample of every section",
        summary="Drawn predictions: nothing here means anything.",
        highlights=[Highlight("0.2110", "HR@5 of the agent", "the best tool: 0.19")],
        provenance=Provenance("nox -s browser", {"sample": 0}, {"data": "drawn"}),
        sections=[
            ResultsTable.from_evaluation(scores, reference="item-transition"),
            CostQualityChart.from_evaluation(scores, metric="HR@5"),
            RadarChart.from_evaluations(
                evaluate_by(table, by="group", metrics=METRICS, seed=0, n_resamples=1), systems=systems
            ),
            RouteTable.from_predictions(table, system="agent", seed=0),
            ReliabilityDiagram.from_predictions(table, system="agent", k=5),
            risk_coverage_chart(table, systems=systems, k=5),
            CurveChart("Tuning", [Series("answer", steps.tolist(), (4 / np.sqrt(steps) + 1).tolist())], phases),
            DecisionGallery([_case("both"), _case("tools")], lead="Drawn as well."),
        ],
    )
    path = folder / "report.html"
    render_report(report, path)
    return path


def drawn_predictions() -> Predictions:
    """Four systems that differ in skill and cost; each states a confidence, and one routes."""
    rng = np.random.default_rng(0)
    rows = np.arange(QUERIES)
    target = rng.integers(0, ITEMS, QUERIES)
    parts = []
    for system, (skill, flops) in SYSTEMS.items():
        scores = rng.gumbel(size=(QUERIES, ITEMS)).astype(np.float32)
        scores[rows, target] += skill
        order = np.argsort(-scores, axis=1)[:, :10]
        best = np.take_along_axis(scores, order[:, :1], axis=1)[:, 0]
        routes = {"route": np.array(["tools", "reasoner", "both"])[rows % 3]} if system == "agent" else {}
        parts.append(
            Predictions.from_columns(
                query_id=rows,
                user_id=rows,
                task="sequential",
                system=system,
                items=order.astype(str),
                scores=np.take_along_axis(scores, order, axis=1),
                target=target.astype(str),
                confidence=np.clip((best - best.min()) / (best.max() - best.min()), 0.01, 0.99),
                flops=np.full(QUERIES, flops),
                latency_ms=np.full(QUERIES, flops / 1e6),
                group=np.array(["low", "medium", "high"])[rows % 3],
                **routes,
            )
        )
    return Predictions.concat(parts)


def _case(route: str) -> DecisionCase:
    items = [ItemCard(str(number), f"A film with a long title, part {number}") for number in range(12)]
    asked = route != "tools"
    return DecisionCase(
        heading=f"User {route}",
        history=items,
        thought="A short history: I would ask the tools, and trust the neighbours most." if asked else "",
        confidence=0.31,
        route=route,
        reason="the evidence horizon 0.81 is above 0.7",
        tool_answers=[ToolAnswer("item-transition", items[:6], 0.4)],
        answer=items[3:9],
        target=items[4],
        evidence="evidence horizon 0.81 (high)",
        rank=2.0,
    )
