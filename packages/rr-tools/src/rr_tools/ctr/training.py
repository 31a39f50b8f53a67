"""From clicks to a tool: the one training that every click-through model has."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors.numpy import save
from torch import Tensor, nn
from torch.utils.flop_counter import FlopCounterMode

from rr_tools.artifact import WEIGHTS_FILE
from rr_tools.ctr.config import CtrConfig
from rr_tools.ctr.data import CtrData
from rr_tools.ctr.datamodule import CtrDataModule
from rr_tools.ctr.epoch_keeper import EpochKeeper
from rr_tools.ctr.fields import Fields
from rr_tools.ctr.lightning_module import CtrModule
from rr_tools.ctr.platt_scaling import fit_platt
from rr_tools.ctr.served_network import Build, ServedNetwork
from rr_tools.ctr.training_state import CtrTrainingState
from rr_tools.export.network_files import network_files
from rr_tools.export.rebuilt import Rebuilt
from rr_tools.layers.embeddings import FieldEmbedding
from rr_tools.layers.initialization import start_linear_layers
from rr_tools.model import FittedModel, Model, TrainingRun
from rr_tools.quiet_trainer import run_epochs
from rr_tools.recbole.seeding import seeded
from rr_tools.training_data import TrainingData

LARGEST_GRADIENT = 10.0
ASSESSED_USERS = 500  # a ranking costs a row an item, so fewer users tell how good it is
EXAMPLE_ROWS = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class CtrFit:
    """Trains a network with early stopping on the validation rows, calibrates it on them, and exports it.

    Attributes:
        build: makes the untrained network.
    """

    build: Build

    def __call__(self, data: TrainingData, config: CtrConfig, *, run: TrainingRun) -> FittedModel:
        """Train and export; a `rr_tools.model.Fit`.

        Raises:
            CheckpointError: the checkpoint of `run` is damaged or another training's.
            ParityError: the exported network does not compute what the trained one does.
        """
        known = CtrData.of(data)
        fields = Fields.of(known, recent=config.recent_items)
        clicks = known.clicks_or_drawn(negatives=config.negatives, seed=run.seed)
        rng = np.random.default_rng(run.seed)
        rows = CtrDataModule(known, clicks, fields, batch_size=config.batch_size, rng=rng)
        with seeded(run.seed):
            network = self.build(fields.layout, config)
            start_linear_layers(network)
            state = CtrTrainingState(network=network, rng=rng)
            _train(CtrModule(network, config), rows, EpochKeeper(state, config, run))
        _settle(network, state, rows)
        scaling = fit_platt(rows.validation_rows.labels.numpy(), _logits(network, rows))
        served = ServedNetwork(network, fields.layout, scaling)
        example = np.concatenate([rows.train_rows.rows[:EXAMPLE_ROWS], served.draw(rng, EXAMPLE_ROWS)])
        flops = _flops(network, torch.from_numpy(example))
        metrics = {"epochs": float(state.epoch), "best_epoch": float(state.best_epoch), "flops_per_row": flops}
        if state.best is not None:
            metrics |= {"validation_auc": state.best.auc, "validation_logloss": state.best.logloss}
        return FittedModel(
            files={**network_files(served, example), WEIGHTS_FILE: save(fields.rows.to_arrays())},
            max_length=config.recent_items,
            flops_per_query=flops * data.n_items,
            metrics=metrics,
        )

    def rebuild(self, config: Any, n_items: int, tensors: Mapping[str, Tensor]) -> Rebuilt:
        """Build the served network again; a `rr_tools.model.Rebuild`."""
        served = ServedNetwork.of_tensors(tensors, self.build, config)
        return Rebuilt(module=served.eval(), draw=served.draw)


def ctr_model(config_type: type[CtrConfig], build: Build) -> Model:
    """Return the registry's entry of a click-through model."""
    fit = CtrFit(build=build)
    return Model(
        task="ctr",
        scorer="pairs",
        config_type=config_type,
        fit=fit,
        data_type=CtrData,
        assessed_users=ASSESSED_USERS,
        rebuild=fit.rebuild,
    )


def _settle(network: nn.Module, state: CtrTrainingState, rows: CtrDataModule) -> None:
    """Leave the network in eval mode with its best weights, and with a vector for what it never saw."""
    if state.best_weights is not None:
        network.load_state_dict(state.best_weights)
    network.eval()
    for module in network.modules():
        if isinstance(module, FieldEmbedding):
            module.fill_unseen(rows.train_rows.rows)


def _train(module: CtrModule, rows: CtrDataModule, keeper: EpochKeeper) -> None:
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


@torch.no_grad()
def _logits(network: nn.Module, rows: CtrDataModule) -> NDArray[np.float32]:
    """Return the log-odds of the validation rows."""
    parts = [network(batch).numpy() for batch, _ in rows.val_dataloader()]
    return np.concatenate([*parts, np.empty(0, dtype=np.float32)])


@torch.no_grad()
def _flops(network: nn.Module, rows: Tensor) -> float:
    """Return the floating-point operations of a row, as torch counts them: those of matrix products."""
    with FlopCounterMode(display=False) as counter:
        network(rows)
    return float(counter.get_total_flops()) / len(rows)
