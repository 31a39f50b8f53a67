"""Training a registered model into an artifact."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import numpy as np

from rr_tools.artifact import ToolCard, check_replaceable, checksum, new_artifact_folder, read_artifact, write_card
from rr_tools.calibration import assess
from rr_tools.configuration import changed_options, parse_config
from rr_tools.errors import InvalidDataError
from rr_tools.explanation.explanation_data import ExplanationData
from rr_tools.model import FittedModel, Model, Progress, TrainingRun, Watch, silent, unwatched
from rr_tools.registry import get_model
from rr_tools.runtime.explainer import Explainer
from rr_tools.runtime.queries import HistoryQueries
from rr_tools.runtime.tool import RuntimeTool, load_tool
from rr_tools.training_data import TrainingData
from rr_tools.validation import next_item_score


def train(
    name: str,
    data: TrainingData | ExplanationData,
    *,
    out: str | Path,
    config: Mapping[str, Any] | object | None = None,
    seed: int = 0,
    progress: Progress | None = None,
    checkpoint: str | Path | None = None,
    logs: str | Path | None = None,
    tensorboard: bool = False,
    watch: Watch | None = None,
) -> Path:
    """Train a model and write its artifact, whole or not at all.

    Where `data` has validation items, the tool is scored on them as it will be served (full catalogue, seen items
    masked), and its confidence is calibrated on them.

    Args:
        name: a registered model, see `rr_tools.available`.
        data: what to train on.
        out: folder of the artifact; an artifact that is there is replaced.
        config: options, as a mapping or the model's configuration dataclass; the rest keep their defaults.
        seed: equal seeds, data and options give equal tools.
        progress: called with (steps done, steps at most, text).
        checkpoint: folder in which the state is kept after every epoch; a training that was killed and is called again
            with the same arguments goes on from there, to the same tool. Models that train in seconds ignore it.
        logs: folder for the figures of every epoch, as CSV files.
        tensorboard: write TensorBoard's event files to `logs` too.
        watch: called with (epoch, validation score) after every epoch of models that have epochs; what it raises ends
            the training, and nothing is written.

    Returns:
        `out`.

    Raises:
        UnknownModelError: no such model.
        ConfigError: an unknown option or a value that is not allowed.
        InvalidDataError: the model needs item features and `data` has none, or it learns to explain and `data` holds no
            texts, or the other way round.
        CheckpointError: the folder `checkpoint` holds the state of another training, or is damaged.
        MissingExtraError: the `train` extra is not installed.
        ArtifactError: `out` exists and is not an artifact.
        ParityError: the exported network does not compute what the trained one does.

    Example:
        >>> import tempfile
        >>> data = TrainingData(items=[0, 1, 2, 0, 1], offsets=[0, 3, 5], n_items=3)
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     tool = load_tool(train("item-transition", data, out=Path(folder) / "tool"))
        >>> tool.rank(HistoryQueries(users=np.array([9]), histories=[np.array([0])]), k=1).items.tolist()
        [[1]]
    """
    model = get_model(name)
    options = parse_config(model.config_type, config)
    _check_data(name, model, data)
    out = Path(out)
    check_replaceable(out)
    run = TrainingRun(
        seed=seed,
        progress=progress or silent,
        checkpoint=None if checkpoint is None else Path(checkpoint),
        fingerprint=_fingerprint(name, options, seed, data),
        logs=None if logs is None else Path(logs),
        tensorboard=tensorboard,
        watch=watch or unwatched,
    )
    started = time.perf_counter()
    fitted = model.fit(data, options, run=run)
    seconds = time.perf_counter() - started
    with new_artifact_folder(out) as folder:
        for file, content in fitted.files.items():
            (folder / file).write_bytes(content)
        card = _card(name, model, fitted, data, options, seed)
        card = replace(card, metrics={**fitted.metrics, "training_seconds": round(seconds, 1)})
        write_card(folder, card)
        if isinstance(data, ExplanationData):
            Explainer(read_artifact(folder))  # what cannot be served is not written
        else:
            write_card(folder, _validated(card, load_tool(folder), data, model.assessed_users))
    return out


def _check_data(name: str, model: Model, data: TrainingData | ExplanationData) -> None:
    if isinstance(data, ExplanationData) != issubclass(model.data_type, ExplanationData):
        wanted = model.data_type.__name__
        raise InvalidDataError(f"{name} trains on {wanted}, not on {type(data).__name__}; see {wanted}.from_prepared")
    if model.needs_features and not isinstance(data, ExplanationData) and data.features is None:
        raise InvalidDataError(f"{name} knows items by their features; give them as TrainingData(..., features=...)")


def _card(
    name: str,
    model: Model,
    fitted: FittedModel,
    data: TrainingData | ExplanationData,
    options: Any,
    seed: int,
) -> ToolCard:
    return ToolCard(
        name=name,
        model=name,
        task=model.task,
        scorer=model.scorer,
        n_items=data.n_items,
        max_length=fitted.max_length,
        flops_per_query=fitted.flops_per_query,
        item_map_checksum=data.item_map_checksum,
        dataset_checksum=data.dataset_checksum,
        config=asdict(options),
        seed=seed,
        metrics=fitted.metrics,
        command=_command(name, model, options, seed),
        calibration=None,
        checksums={file: checksum(content) for file, content in fitted.files.items()},
    )


def _command(name: str, model: Model, options: Any, seed: int) -> str:
    settings = "".join(f" --set {key}={value}" for key, value in changed_options(options).items())
    features = " --features FEATURES" if model.needs_features else ""
    return f"rr-tools train {name} DATA_DIR --out OUT --seed {seed}{features}{settings}"


def _fingerprint(name: str, options: Any, seed: int, data: TrainingData | ExplanationData) -> str:
    """Name a training by all that its result hangs on."""
    return checksum(json.dumps([name, asdict(options), seed, data.fingerprint()]).encode())


def _validated(card: ToolCard, tool: RuntimeTool, data: TrainingData, limit: int | None) -> ToolCard:
    """Return the card with validation metrics and a calibrated confidence, where there are validation items."""
    if data.validation is None or not (data.validation >= 0).any():
        return card
    users = np.flatnonzero(data.validation >= 0)
    if limit is not None and len(users) > limit:
        users = users[np.linspace(0, len(users) - 1, limit).astype(np.int64)]
    queries = HistoryQueries(users=users, histories=[data.sequence(user) for user in users])
    assessment = assess(tool, queries, data.validation[users])
    score = next_item_score(assessment.ranks)
    metrics = {"validation_hit_rate@5": score.hit_rate, "validation_ndcg@5": score.ndcg}
    return replace(card, metrics={**card.metrics, **metrics}, calibration=assessment.fit_confidence().to_json())
