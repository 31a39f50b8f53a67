"""The experiment `explanations`: explaining models and the VLM write why a user rates an item so; no tool is asked."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from recipes.demo.evaluation import PREDICTIONS
from recipes.demo.settings import Variant
from recipes.demo.sources import DemoError
from recipes.demo.steps import Report
from recipes.demo.zoo import at_most
from recipes.reproduce.vlm_steps import VlmSteps, drawn, rows_at_most
from recipes.reproduce.workshop import Place
from rr_data.interfaces import training_queries, training_rows
from rr_eval import Predictions
from rr_planner import QueryBatch
from rr_tools import ExplanationData, load_explainer, train
from rr_vlm import VlmReasoner, preset

TASK = "explanation"
REASONREC = "reasonrec"
UNRATED = 3.0  # stars, where nobody gave any


def explanations(place: Place, options: Mapping[str, Any]) -> Predictions:
    """Train the explainers named by `models`, and VLMs of the presets `baselines` and ReasonRec; let all explain."""
    if place.data.explanations is None:
        raise DemoError(
            f"{place.data.manifest.name} has no explanations: prepare it from reviews with --explanations, or from a "
            "source that has some, such as peter"
        )
    parts = [_explained(place, name) for name in options["models"]]
    return Predictions.concat(parts + [_written(place, name) for name in (*options.get("baselines", ()), REASONREC)])


def _explained(place: Place, name: str) -> Predictions:
    """A classical explainer, trained and asked."""

    def explain(folder: Path, report: Report) -> None:
        torch.set_num_threads(place.settings.threads)
        data = ExplanationData.from_prepared(place.data)
        train(name, data, out=folder / "tool", config=at_most(name, place.budget.epochs), seed=place.seed)
        rows = _asked(place, data)
        _table(place, data, rows, name, load_explainer(folder / "tool").explain(*data.pairs(rows)), folder)

    step = place.runner.run(
        name,
        explain,
        settings={"epochs": place.budget.epochs, "questions": place.budget.questions, "seed": place.seed},
        code=("rr_tools", "recipes.reproduce.explanations"),
        after=[place.prepared],
        about="train it and let it explain",
    )
    return Predictions.read(step.folder / PREDICTIONS)


def _written(place: Place, name: str) -> Predictions:
    """A VLM, tuned and asked."""
    settings = replace(place.settings, variant=Variant(preset=name))
    vlm = VlmSteps(place, TASK, settings, rows=partial(_rows, place), suffix=f"-{name}")

    def explain(folder: Path, report: Report) -> None:
        torch.set_num_threads(place.settings.threads)
        data = ExplanationData.from_prepared(place.data)
        rows = _asked(place, data)
        reasoner = VlmReasoner.load(vlm.tuned.folder / "reasoner")
        users, items, ratings, _ = data.pairs(rows)
        stars = np.clip(np.floor(np.nan_to_num(ratings, nan=UNRATED) + 0.5), 1, 5).astype(np.int64)
        texts = reasoner.explain(_queries(place, users), items, stars)
        _table(place, data, rows, name, texts, folder)

    step = place.runner.run(
        f"explain-{name}",
        explain,
        settings={"questions": place.budget.questions, "seed": place.seed},
        code=("rr_vlm", "recipes.reproduce.explanations"),
        after=[place.prepared, vlm.tuned],
        about="let it explain the test's ratings",
    )
    return Predictions.read(step.folder / PREDICTIONS)


def _rows(place: Place, variant: Variant) -> Iterator[dict[str, Any]]:
    asked = training_queries(place.data, TASK, seed=place.seed)
    return iter(
        training_rows(
            place.data,
            drawn(asked, rows_at_most(place.settings), seed=place.seed),
            seed=place.seed,
            history_length=place.settings.history,
            pictures=place.settings.pictures if preset(variant.preset).pictures else 0,
        )
    )


def _asked(place: Place, data: ExplanationData) -> NDArray[np.int64]:
    """The test's rows, or so many of them as are drawn."""
    rows = data.rows("test")
    return np.sort(np.random.default_rng(place.seed).permutation(rows)[: place.budget.questions])


def _queries(place: Place, users: NDArray[np.int64]) -> QueryBatch:
    sequences = place.data.sequences(until="train")
    return QueryBatch.of(
        users=users,
        histories=[np.asarray(sequences[user], dtype=np.int64) for user in users.tolist()],
        evidence_horizon=place.data.evidence_horizon().normalized[users],
    )


def _table(
    place: Place, data: ExplanationData, rows: NDArray[np.int64], system: str, texts: Sequence[str], folder: Path
) -> None:
    users = place.data.users["user_id"].to_numpy()[data.users[rows]]
    items = place.data.items["item_id"].to_numpy()[data.items[rows]]
    features = data.features or ()
    Predictions.from_columns(
        query_id=[f"{user}:{row}" for user, row in zip(users, rows.tolist(), strict=True)],
        user_id=users,
        task=TASK,
        system=system,
        items=[[item] for item in items],
        scores=[[0.0]] * len(rows),
        target=items,
        reason=list(texts),
        reference=[data.texts[row] for row in rows.tolist()],
        feature=[features[row] for row in rows.tolist()],
    ).write(folder / PREDICTIONS)
