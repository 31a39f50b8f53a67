"""From texts to an explainer: the one training that every explaining model has."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors.torch import save
from torch import Tensor
from torch.utils.flop_counter import FlopCounterMode

from rr_tools.artifact import TENSORS_FILE
from rr_tools.errors import InvalidDataError
from rr_tools.explanation.batches import ExplanationDataModule
from rr_tools.explanation.config import ExplanationConfig
from rr_tools.explanation.epoch_keeper import ExplanationKeeper
from rr_tools.explanation.explanation_data import ExplanationData
from rr_tools.explanation.export import export_decoder
from rr_tools.explanation.lightning_module import ExplanationModule
from rr_tools.explanation.network import Build, CodeEmbedding, ExplanationNetwork
from rr_tools.explanation.training_state import ExplanationTrainingState
from rr_tools.explanation.vocabulary import explanation_inputs
from rr_tools.model import FittedModel, Model, TrainingRun
from rr_tools.quiet_trainer import run_epochs
from rr_tools.recbole.seeding import seeded
from rr_tools.runtime.explainer import TASK, VOCABULARY_FILE
from rr_tools.runtime.explanation_inputs import CONTEXT, ExplanationInputs
from rr_tools.runtime.vocabulary import BOS

LARGEST_GRADIENT = 1.0
EXAMPLE_ROWS = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class ExplanationFit:
    """Trains a network with early stopping on the validation texts, and exports it.

    Attributes:
        build: makes the untrained network.
    """

    build: Build

    def __call__(self, data: Any, config: ExplanationConfig, *, run: TrainingRun) -> FittedModel:
        """Train and export; a `rr_tools.model.Fit`.

        Raises:
            InvalidDataError: `data` is no `ExplanationData`.
            CheckpointError: the checkpoint of `run` is damaged or another training's.
            ParityError: the exported network does not compute what the trained one does.
        """
        if not isinstance(data, ExplanationData):
            raise InvalidDataError(f"explaining models train on ExplanationData, not on {type(data).__name__}")
        inputs = explanation_inputs(data, config)
        rng = np.random.default_rng(run.seed)
        rows = ExplanationDataModule(data, inputs, batch_size=config.batch_size, rng=rng)
        with seeded(run.seed):
            network = self.build(inputs, config)
            state = ExplanationTrainingState(network=network, rng=rng)
            _train(ExplanationModule(network, config), rows, ExplanationKeeper(state, config, run))
        if state.best_weights is not None:
            network.load_state_dict(state.best_weights)
        network.eval()
        _fill_unseen(network, torch.from_numpy(rows.train_rows.context))
        context, words = _example(inputs, rng)
        tensors = {name: tensor.detach().clone().contiguous() for name, tensor in network.state_dict().items()}
        return FittedModel(
            files={
                **export_decoder(network, context, words),
                VOCABULARY_FILE: inputs.to_json(),
                TENSORS_FILE: save(tensors),
            },
            max_length=0,
            flops_per_query=_flops(network, inputs),
            metrics=_metrics(state, inputs),
        )


def explanation_model(config_type: type[ExplanationConfig], build: Build) -> Model:
    """Return the registry's entry of an explaining model."""
    return Model(
        task=TASK,
        scorer=TASK,
        config_type=config_type,
        fit=ExplanationFit(build=build),
        data_type=ExplanationData,
    )


def _train(module: ExplanationModule, rows: ExplanationDataModule, keeper: ExplanationKeeper) -> None:
    """Run the epochs that are left."""
    try:
        if keeper.epochs_left > 0:
            run_epochs(
                module,
                rows,
                keeper,
                epochs=keeper.epochs_left,
                validates=len(rows.validation_rows) > 0,
                largest_gradient=LARGEST_GRADIENT,
            )
    finally:
        keeper.close()


def _fill_unseen(network: ExplanationNetwork, context: Tensor) -> None:
    """Give users, items and ratings that training did not see a vector; tables stand in the context's order."""
    tables = [module for module in network.modules() if isinstance(module, CodeEmbedding)]
    for column, table in enumerate(tables):
        table.fill_unseen(context[:, column])


def _metrics(state: ExplanationTrainingState, inputs: ExplanationInputs) -> dict[str, float]:
    metrics = {"epochs": float(state.epoch), "best_epoch": float(state.best_epoch)}
    metrics["words"] = float(len(inputs.vocabulary))
    if state.best is not None:
        metrics |= {"validation_log_likelihood": -state.best, "validation_perplexity": math.exp(state.best)}
    return metrics


def _example(inputs: ExplanationInputs, rng: np.random.Generator) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return contexts [B, 4] of any codes, and prefixes [B, longest + 1] of any words."""
    sizes = [inputs.n_users + 1, inputs.n_items + 1, len(inputs.ratings) + 1, len(inputs.vocabulary)]
    context = rng.integers(0, sizes, (EXAMPLE_ROWS, len(CONTEXT)))
    words = rng.integers(0, len(inputs.vocabulary), (EXAMPLE_ROWS, inputs.longest + 1))
    words[:, 0] = BOS
    return context, words


@torch.no_grad()
def _flops(network: ExplanationNetwork, inputs: ExplanationInputs) -> float:
    """Return the floating-point operations of one text of full length, as torch counts them: matrix products."""
    with FlopCounterMode(display=False) as counter:
        state, _ = network.start(torch.zeros(1, len(CONTEXT), dtype=torch.int64))
        constant = state[len(state) - len(network.CONSTANT) :]
        for _ in range(inputs.longest):
            _, changed = network.step(torch.tensor([BOS]), state)
            state = (*changed, *constant)
    return float(counter.get_total_flops())
