"""How every direct model trains: pairs of a taken item and a drawn one, early stopping, export."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from rr_tools.export.network_files import network_files
from rr_tools.export.rebuilt import Rebuilt
from rr_tools.model import FittedModel, Model, TrainingRun
from rr_tools.recbole.candidate_validator import CandidateValidator
from rr_tools.recbole.config import DirectConfig
from rr_tools.recbole.negatives import NegativeSampler
from rr_tools.recbole.seeding import seeded
from rr_tools.recbole.served_users import ServedUsers
from rr_tools.recbole.trainer import Optimization, fit_module
from rr_tools.recbole.validator import Validator
from rr_tools.runtime.queries import Histories
from rr_tools.training_data import TrainingData
from rr_tools.validation import NextItemScore


class PairwiseNetwork(nn.Module, ABC):
    """A network over users and items that learns to put what a user took before what the user did not take."""

    @abstractmethod
    def loss(self, users: Tensor, items: Tensor, negatives: Tensor) -> Tensor:
        """Return the mean loss over [B] users, what each took, and what each did not take."""

    @abstractmethod
    def served(self, known_users: NDArray[np.int64]) -> ServedUsers:
        """Return the network as it is served now; `known_users` are the codes of those who are trained."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DirectFit:
    """Trains a network with early stopping on validation NDCG@5 and exports it; a `rr_tools.model.Fit`.

    Attributes:
        network_type: builds the untrained network from its configuration and the data.
        served_type: what its `served` returns.
        flops: operations of one query, from the configuration and the size of the catalogue.
    """

    network_type: Callable[[Any, TrainingData], PairwiseNetwork]
    served_type: type[ServedUsers]
    flops: Callable[[Any, int], float]

    def __call__(self, data: TrainingData, config: Any, *, run: TrainingRun) -> FittedModel:
        """Train and export."""
        known_users = np.flatnonzero(np.diff(data.offsets) > 0)
        sampler = NegativeSampler.of(data)
        with seeded(run.seed):
            network = self.network_type(config, data)
            result = fit_module(
                network,
                batches=lambda rng: training_pairs(data, sampler, config.batch_size, rng),
                loss=lambda batch: network.loss(*batch),
                validate=_validation(data, config, sampler, lambda: network.served(known_users)),
                optimization=Optimization(
                    learning_rate=config.learning_rate,
                    weight_decay=config.weight_decay,
                    epochs=config.epochs,
                    patience=config.patience,
                    steps_per_epoch=-(-len(data.items) // config.batch_size),
                ),
                rng=np.random.default_rng(run.seed),
                run=run,
            )
        example = np.array([-1, data.n_users, *known_users[:32]], dtype=np.int64)
        return FittedModel(
            files=network_files(network.served(known_users), example),
            max_length=0,
            flops_per_query=self.flops(config, data.n_items),
            metrics={"epochs": float(result.epochs), "best_epoch": float(result.best_epoch)},
        )

    def rebuild(self, config: Any, n_items: int, tensors: Mapping[str, Tensor]) -> Rebuilt:
        """Build the served network again; a `rr_tools.model.Rebuild`."""
        served = self.served_type.of_tensors(tensors)

        def draw(rng: np.random.Generator, size: int) -> NDArray[np.int64]:
            return rng.integers(-1, served.n_users + 1, size)

        return Rebuilt(module=served.eval(), draw=draw)


def direct_model(config_type: type[Any], fit: DirectFit) -> Model:
    """Return the registry's entry of a direct model."""
    return Model(task="direct", scorer="user", config_type=config_type, fit=fit, rebuild=fit.rebuild)


def training_pairs(
    data: TrainingData, sampler: NegativeSampler, batch_size: int, rng: np.random.Generator
) -> Iterator[tuple[Tensor, Tensor, Tensor]]:
    """Yield one epoch's batches of users, items they took and items they did not take, each [b] codes.

    A user who took everything has no pairs.
    """
    users = data.users
    negatives = sampler.draw(users, rng)
    order = rng.permutation(np.flatnonzero(negatives >= 0))
    for first in range(0, len(order), batch_size):
        rows = order[first : first + batch_size]
        taken, drawn = torch.from_numpy(data.items[rows]), torch.from_numpy(negatives[rows])
        yield torch.from_numpy(users[rows]), taken, drawn


def _validation(
    data: TrainingData, config: DirectConfig, sampler: NegativeSampler, served: Callable[[], ServedUsers]
) -> Callable[[], NextItemScore] | None:
    """Return what scores the validation items with the network as it is, or None where there are none."""
    networks: list[ServedUsers] = []

    def scores(users: NDArray[np.int64], histories: Histories) -> NDArray[np.float32]:
        answer: NDArray[np.float32] = networks[-1](torch.from_numpy(users)).numpy()
        return answer

    catalogue = Validator.of(data, config.validation_users, scores)
    if catalogue is None:
        return None
    size = config.validation_candidates
    candidates = CandidateValidator.of(data, catalogue.users, size, sampler) if size else None

    def validate() -> NextItemScore:
        with torch.no_grad():
            networks[:] = [served()]  # computed once for all users
            return catalogue() if candidates is None else candidates(networks[-1])

    return validate
