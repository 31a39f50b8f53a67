"""The demo's steps in order, each with what it depends on."""

from __future__ import annotations

from pathlib import Path

from rich.console import Console
from rich.table import Table

from recipes.demo.evaluation import PREDICTIONS, evaluate
from recipes.demo.report import METRICS, write_report
from recipes.demo.routing import fit_router
from recipes.demo.settings import Settings
from recipes.demo.sources import DemoError, raw_data
from recipes.demo.steps import Report, StepRunner
from recipes.demo.tuning import observe, tune, write_rows
from recipes.demo.zoo import train_tools
from rr_data import prepare
from rr_data.interfaces import PreparedDataset
from rr_eval import Evaluation, Predictions

ABOUT_MINUTES = 9
MINIMUM_QUERIES = 100
PROMPT = ("history", "pictures", "evidence_top")


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
            "raw": _stamp(raw),
            "pictures": _stamp(Path(settings.images)),
        },
        code=("rr_data",),
        about="read interactions, split, measure evidence horizons, store pictures",
    )
    data = PreparedDataset.open(prepared.folder / raw.stem)
    _check_size(data)
    observed = runner.run(
        "observe",
        lambda folder, report: _ignore(observe(data, folder, report)),
        settings={},
        code=("rr_vlm.observer.vision_features",),
        after=[prepared],
        about="encode pictures with the frozen vision tower",
    )
    tools = runner.run(
        "tools",
        lambda folder, report: train_tools(data, settings, folder, report),
        settings=settings.subset("seed", "evidence_from", "tool_epochs"),
        code=("rr_tools", "recipes.demo.zoo", "recipes.demo.examples"),
        after=[prepared],
        about="train the tools, on everything and honestly (about 2 minutes)",
    )
    rows = runner.run(
        "rows",
        lambda folder, report: write_rows(data, settings, tools.folder, folder, report),
        settings=settings.subset("seed", "k", "examples_per_user", "evidence_from", "stride", "alone_every", *PROMPT),
        code=("rr_data.prompts", "recipes.demo.tuning", "recipes.demo.examples"),
        after=[prepared, tools],
        about="write chain-of-thought prompts with honest evidence",
    )
    tuned = runner.run(
        "tune",
        lambda folder, report: tune(data, settings, rows.folder, observed.folder, folder, report),
        settings=settings.subset("seed", "steps", "batch", "learning_rate", "width", *PROMPT),
        code=("rr_vlm", "recipes.demo.tuning"),
        after=[prepared, observed, rows],
        about="tune the embedded VLM along the curriculum (about 6 minutes)",
    )
    router = runner.run(
        "route",
        lambda folder, report: fit_router(data, settings, tools.folder, tuned.folder, folder, report),
        settings=settings.subset("seed", "k", "cost_budget", "min_share"),
        code=("rr_planner", "rr_vlm", "rr_tools.runtime", "recipes.demo.routing"),
        after=[prepared, tools, tuned],
        about="calibrate confidences and the three bands on validation items",
    )
    tested = runner.run(
        "evaluate",
        lambda folder, report: evaluate(data, settings, tools.folder, router.folder, folder, report),
        settings=settings.subset("seed", "k"),
        code=("rr_planner", "rr_vlm", "rr_tools.runtime", "rr_eval", "recipes.demo.evaluation"),
        after=[prepared, tools, router],
        about="let every system answer the test items",
    )
    predictions = Predictions.read(tested.folder / PREDICTIONS)
    predictions.write(settings.out / PREDICTIONS)
    page = settings.out / "report.html"
    scores = write_report(data, settings, predictions, tuned.folder, page, command=command)
    console.print(_summary(scores))
    console.print(f"Report: [bold]{page}[/]\nPredictions: {settings.out / PREDICTIONS} (rr-eval score re-scores them)")
    return scores


def _check_size(data: PreparedDataset) -> None:
    queries = int((data.targets("validation") >= 0).sum())
    if queries < MINIMUM_QUERIES:
        raise DemoError(
            f"{data.manifest.name} has {queries} users with three or more interactions; the demo calibrates its "
            f"planner on validation items and needs {MINIMUM_QUERIES}: choose a larger set with --source and --data"
        )


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


def _ignore(value: object) -> None:
    """A step leaves its results in its folder; what it returns is not needed."""


def _stamp(path: Path) -> list[str]:
    """Tell whether raw files changed: names, sizes and times, without reading them."""
    files = sorted(path.rglob("*")) if path.is_dir() else [path] if path.exists() else []
    return [f"{file.name} {file.stat().st_size} {file.stat().st_mtime_ns}" for file in files if file.is_file()]
