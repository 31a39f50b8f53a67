"""The demo: raw data, the agent's steps, the report."""

from __future__ import annotations

from pathlib import Path

from rich.console import Console
from rich.table import Table

from recipes.demo.agent_steps import AgentSteps
from recipes.demo.evaluation import PREDICTIONS
from recipes.demo.report import METRICS, write_report
from recipes.demo.settings import Settings
from recipes.demo.sources import raw_data
from recipes.demo.steps import Report, StepRunner
from rr_data import prepare
from rr_data.interfaces import PreparedDataset
from rr_eval import Evaluation, Predictions

ABOUT_MINUTES = 9


def run_demo(settings: Settings, console: Console, *, command: str) -> Evaluation:
    """Run or reuse every step, then write the report and print the table."""
    raw = raw_data(settings)
    console.print(f"[bold]ReasonRec demo[/] on {raw.name}: about {ABOUT_MINUTES} minutes on two cores the first time")
    runner = StepRunner(settings.out / "steps", console)

    def prepare_data(folder: Path, report: Report) -> None:
        prepare(
            settings.source,
            [raw],
            out=folder / raw.stem,
            items=settings.items,
            images=settings.images,
            seed=settings.seed,
            progress=lambda step, done, total: report(done, total),
        )

    prepared = runner.run(
        "prepare",
        prepare_data,
        settings={
            **settings.subset("source", "data", "items", "images", "seed"),
            "raw": stamp(raw),
            "pictures": stamp(Path(settings.images)),
        },
        code=("rr_data",),
        about="read interactions, split, measure evidence horizons, store pictures",
    )
    agent = AgentSteps(runner, prepared, PreparedDataset.open(prepared.folder / raw.stem), settings)
    predictions = Predictions.read(agent.tested.folder / PREDICTIONS)
    predictions.write(settings.out / PREDICTIONS)
    page = settings.out / "report.html"
    scores = write_report(agent.data, settings, predictions, agent.tuned.folder, page, command=command)
    console.print(_summary(scores))
    console.print(f"Report: [bold]{page}[/]\nPredictions: {settings.out / PREDICTIONS} (rr-eval score re-scores them)")
    return scores


def stamp(path: Path) -> list[str]:
    """Tell whether raw files changed: names, sizes and times, without reading them."""
    files = sorted(path.rglob("*")) if path.is_dir() else [path] if path.exists() else []
    return [f"{file.name} {file.stat().st_size} {file.stat().st_mtime_ns}" for file in files if file.is_file()]


def _summary(scores: Evaluation) -> Table:
    table = Table(title="Test items, full catalogue")
    table.add_column("system")
    for heading in (*METRICS, "ms/query", "MFLOPs/query", "tool use"):
        table.add_column(heading, justify="right")
    for system in scores.systems:
        cost = scores.costs[system]
        cells = [f"{scores.score(system, metric).value:.4f}" for metric in METRICS]
        cells += [
            _number(cost.latency_ms, "{:.2f}"),
            _number(None if cost.flops is None else cost.flops / 1e6, "{:,.1f}"),
            _number(cost.tool_use_rate, "{:.0%}"),
        ]
        table.add_row(system, *cells)
    return table


def _number(value: float | None, pattern: str) -> str:
    return "-" if value is None else pattern.format(value)
