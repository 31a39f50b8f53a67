"""What is trained and asked: by name an experiment that returns every system's answers to the test questions."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from recipes.demo.agent_steps import AgentSteps
from recipes.demo.evaluation import AGENT, PREDICTIONS, answer_alone
from recipes.demo.settings import Variant
from recipes.demo.steps import Report
from recipes.reproduce.clicks import clicks
from recipes.reproduce.explanations import explanations
from recipes.reproduce.workshop import Place
from rr_eval import Predictions
from rr_vlm import VlmReasoner

Experiment = Callable[[Place, Mapping[str, Any]], Predictions]


def agent(place: Place, options: Mapping[str, Any]) -> Predictions:
    """Train tools, VLM and planner, and let everybody answer the test items.

    Options besides `tools` and `candidates`: `baselines`, names of presets that are tuned and asked alone; `ablations`,
    by name what `Variant` is told, each tuned, routed and asked as the agent is.
    """
    steps = place.agent_steps(place.settings)
    parts = [Predictions.read(steps.tested.folder / PREDICTIONS)]
    for name in options.get("baselines", ()):
        parts.append(_alone(_variant(place, name, Variant(preset=name)), name))
    for name, changed in options.get("ablations", {}).items():
        other, label = _variant(place, name.replace(" ", "-"), Variant(**changed)), f"{AGENT} without {name}"
        if other.settings.variant.tools:
            own = Predictions.read(other.tested.folder / PREDICTIONS).of_system(AGENT)
            parts.append(_renamed(own, label))
        else:
            parts.append(_alone(other, label))
    return Predictions.concat(parts)


EXPERIMENTS: Mapping[str, Experiment] = {"agent": agent, "clicks": clicks, "explanations": explanations}


def _variant(place: Place, name: str, variant: Variant) -> AgentSteps:
    return place.agent_steps(replace(place.settings, variant=variant), suffix=f"-{name}")


def _alone(steps: AgentSteps, system: str) -> Predictions:
    """What a VLM answers without tools and planner, kept as a step."""
    tuned = steps.tuned

    def answer(folder: Path, report: Report) -> None:
        reasoner = VlmReasoner.load(tuned.folder / "reasoner")
        answer_alone(steps.data, steps.settings, reasoner, system).write(folder / PREDICTIONS)

    step = steps.runner.run(
        f"alone{steps.suffix}",
        answer,
        settings={"system": system, **steps.settings.subset("k", "candidates", "queries", "seed")},
        code=("rr_vlm", "recipes.demo.evaluation"),
        after=[steps.prepared, tuned],
        about="let it answer the test items",
    )
    return Predictions.read(step.folder / PREDICTIONS)


def _renamed(predictions: Predictions, system: str) -> Predictions:
    table = predictions.table
    place = table.schema.get_field_index("system")
    return Predictions(table.set_column(place, table.schema.field(place), [[system] * len(predictions)]))
