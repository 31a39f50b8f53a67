"""Training a registered model into an artifact."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import numpy as np

from rr_tools.artifact import ToolCard, check_replaceable, checksum, new_artifact_folder, write_card
from rr_tools.calibration import assess
from rr_tools.configuration import changed_options, parse_config
from rr_tools.model import FittedModel, Model, Progress
from rr_tools.registry import get_model
from rr_tools.runtime.queries import HistoryQueries
from rr_tools.runtime.tool import RuntimeTool, load_tool
from rr_tools.training_data import TrainingData
from rr_tools.validation import next_item_score


def train(
    name: str,
    data: TrainingData,
    *,
    out: str | Path,
    config: Mapping[str, Any] | object | None = None,
    seed: int = 0,
    progress: Progress | None = None,
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

    Returns:
        `out`.

    Raises:
        UnknownModelError: no such model.
        ConfigError: an unknown option or a value that is not allowed.
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
    out = Path(out)
    check_replaceable(out)
    started = time.perf_counter()
    fitted = model.fit(data, options, seed=seed, progress=progress or _silent)
    seconds = time.perf_counter() - started
    with new_artifact_folder(out) as folder:
        for file, content in fitted.files.items():
            (folder / file).write_bytes(content)
        card = _card(name, model, fitted, data, options, seed)
        card = replace(card, metrics={**fitted.metrics, "training_seconds": round(seconds, 1)})
        write_card(folder, card)
        write_card(folder, _validated(card, load_tool(folder), data))
    return out


def _card(name: str, model: Model, fitted: FittedModel, data: TrainingData, options: Any, seed: int) -> ToolCard:
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
        command=_command(name, options, seed),
        calibration=None,
        checksums={file: checksum(content) for file, content in fitted.files.items()},
    )


def _command(name: str, options: Any, seed: int) -> str:
    settings = "".join(f" --set {key}={value}" for key, value in changed_options(options).items())
    return f"rr-tools train {name} DATA_DIR --out OUT --seed {seed}{settings}"


def _validated(card: ToolCard, tool: RuntimeTool, data: TrainingData) -> ToolCard:
    """Return the card with validation metrics and a calibrated confidence, where there are validation items."""
    if data.validation is None or not (data.validation >= 0).any():
        return card
    users = np.flatnonzero(data.validation >= 0)
    queries = HistoryQueries(users=users, histories=[data.sequence(user) for user in users])
    assessment = assess(tool, queries, data.validation[users])
    score = next_item_score(assessment.ranks)
    metrics = {"validation_hit_rate@5": score.hit_rate, "validation_ndcg@5": score.ndcg}
    return replace(card, metrics={**card.metrics, **metrics}, calibration=assessment.fit_confidence().to_json())


def _silent(done: int, total: int, text: str) -> None:
    """Show nothing."""
