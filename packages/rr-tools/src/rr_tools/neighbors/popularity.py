"""Popularity: the same list for everybody, the floor every other tool must beat."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from safetensors.numpy import save

from rr_tools.artifact import WEIGHTS_FILE
from rr_tools.model import FittedModel, Model, TrainingRun
from rr_tools.training_data import TrainingData


@dataclass(frozen=True, slots=True, kw_only=True)
class PopularityConfig:
    """Popularity has no options."""


def fit(data: TrainingData, config: PopularityConfig, *, run: TrainingRun) -> FittedModel:
    """Count; nothing is random, so the seed has no effect."""
    shares = (data.popularity / len(data.items)).astype(np.float32)
    run.progress(1, 1, f"{data.n_items:,} items")
    return FittedModel(
        files={WEIGHTS_FILE: save({"popularity": shares})}, max_length=0, flops_per_query=0.0, metrics={}
    )


MODEL = Model(
    task="sequential",
    scorer="popularity",
    config_type=PopularityConfig,
    fit=fit,
)
