"""Where a reproduction works: the datasets as the tables need them, and a place for each experiment's steps."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl
from rich.console import Console

from recipes.demo.agent_steps import AgentSteps
from recipes.demo.settings import Settings
from recipes.demo.sources import DemoError
from recipes.demo.steps import Report, Step, StepRunner
from recipes.reproduce.budget import Budget
from rr_data import prepare
from rr_data.interfaces import PreparedDataset

CANDIDATES, NEGATIVES = 100, 4
BESIDE = ("baselines", "ablations")
"""Options that add systems to an experiment and change nothing of the others."""
BEFORE_THE_SHIFT = 11 / 13
"""Share of the time before the date of a time shift: the paper trains on 11 of 13 months (appendix B)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where one experiment works on one dataset with one seed.

    Attributes:
        runner: of its steps.
        pictures: of the step that all experiments on the dataset share.
        prepared: the step that made the dataset.
        data: the dataset.
        settings: of the agent.
        budget: of the reproduction.
        seed: of everything that is drawn.
    """

    runner: StepRunner
    pictures: StepRunner
    prepared: Step
    data: PreparedDataset
    settings: Settings
    budget: Budget
    seed: int

    def agent_steps(self, settings: Settings, *, suffix: str = "") -> AgentSteps:
        """Return the steps of an agent that works here."""
        return AgentSteps(self.runner, self.prepared, self.data, settings, suffix=suffix, pictures=self.pictures)


@dataclass(frozen=True, slots=True, kw_only=True)
class Workshop:
    """Prepared datasets, and everything that is made of them.

    Attributes:
        datasets: folders that `rr-data prepare` wrote.
        home: where everything is kept.
        budget: what it may cost.
        threads: of one process.
        console: where progress is shown.
    """

    datasets: Sequence[Path]
    home: Path
    budget: Budget
    threads: int
    console: Console

    def place(self, experiment: str, options: Mapping[str, Any], seed: int) -> Place:
        """Return where an experiment with these options works; the same ones share a place whatever the table."""
        prepared = self._dataset(
            datasets=int(options.get("datasets", 1)), split=str(options.get("split", "leave_one_out"))
        )
        data = PreparedDataset.open(prepared.folder / "data")
        shared = {name: value for name, value in options.items() if name not in BESIDE}
        told = json.dumps([experiment, shared, prepared.fingerprint], sort_keys=True)
        name = f"{experiment}-{hashlib.sha256(told.encode()).hexdigest()[:8]}"
        agent: dict[str, Any] = dict(self.budget.agent)
        if "tools" in options:
            agent["tools"] = tuple(options["tools"])
        if all(path is None for path in data.image_paths()):
            agent["pictures"] = 0
        settings = Settings(
            out=self.home,
            seed=seed,
            threads=self.threads,
            tool_epochs=self.budget.epochs,
            candidates=options.get("candidates", "catalogue"),
            **agent,
        )
        steps = self.home / "steps"
        return Place(
            runner=StepRunner(steps / name / f"seed-{seed}", self.console),
            pictures=StepRunner(steps / f"pictures-of-{prepared.name}", self.console),
            prepared=prepared,
            data=data,
            settings=settings,
            budget=self.budget,
            seed=seed,
        )

    def _dataset(self, *, datasets: int, split: str) -> Step:
        """Put the datasets side by side, split anew, with candidates and clicks; horizons are counted anew too."""
        used = [PreparedDataset.open(folder) for folder in self.datasets[:datasets]]
        options = _split_options(split, used)
        timed = all(not data.interactions["timestamp"].null_count() for data in used)

        def prepare_data(folder: Path, report: Report) -> None:
            prepare(
                "multi_domain",
                [data.path for data in used],
                out=folder / "data",
                options={"times": "keep" if timed else "drop"},
                images="urls" if any(path for data in used for path in data.image_paths()) else None,
                ties="file",
                split=split,
                split_options=options,
                candidates=CANDIDATES,
                ctr_negatives=NEGATIVES,
                progress=lambda step, done, total: report(done, total),
            )

        return StepRunner(self.home / "steps", self.console).run(
            f"data-{split}-{datasets}",
            prepare_data,
            settings={"data": [data.checksum for data in used], "split": dict(options)},
            code=("rr_data",),
            about=f"split by {split}, with {CANDIDATES} candidates a user and {NEGATIVES} negatives a click",
        )


def _split_options(split: str, datasets: Sequence[PreparedDataset]) -> Mapping[str, str]:
    if split == "transfer":
        return {"test_domains": ",".join(data.manifest.name for data in datasets[1:])}
    if split != "time_shift":
        return {}
    times = pl.concat([data.interactions["timestamp"] for data in datasets]).drop_nulls()
    if not len(times):
        raise DemoError(f"{datasets[0].manifest.name} knows no times: a time shift needs interactions with timestamps")
    first, last = int(times.min()), int(times.max())  # type: ignore[arg-type]
    return {"date": str(round(first + BEFORE_THE_SHIFT * (last - first)))}
