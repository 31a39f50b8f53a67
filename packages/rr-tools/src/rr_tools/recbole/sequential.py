"""How every sequential model trains: windows, loss, early stopping, export."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from rr_tools.export.network_files import network_files
from rr_tools.export.rebuilt import Rebuilt
from rr_tools.losses import SharedNegatives, full_softmax_loss, sampled_softmax_loss
from rr_tools.model import FittedModel, Model, TrainingRun
from rr_tools.recbole.seeding import seeded
from rr_tools.recbole.sequence_encoder import SequenceEncoder, ServedSequence
from rr_tools.recbole.sequential_config import SequentialConfig
from rr_tools.recbole.trainer import Optimization, fit_module
from rr_tools.recbole.validator import Validator
from rr_tools.recbole.windows import Windows, batch_rows, cut_windows, every_prefix, last_target, window_arrays
from rr_tools.runtime.queries import Histories
from rr_tools.training_data import TrainingData

LARGEST_FULL_CATALOGUE = 5_000  # beyond, the full softmax is bound by memory traffic
EncoderType = Callable[[Any, TrainingData], SequenceEncoder]


@dataclass(frozen=True, slots=True, eq=False)
class Batch:
    """What one step of training reads.

    Attributes:
        inputs: [B, L] item codes, -1 behind a window's items.
        targets: [B, L] the item to predict at a position, -1 for none.
        negatives: for the sampled softmax.
    """

    inputs: NDArray[np.int64]
    targets: NDArray[np.int64]
    negatives: SharedNegatives | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SequentialFit:
    """Trains an encoder with early stopping on validation NDCG@5 and exports it; a `rr_tools.model.Fit`.

    Attributes:
        encoder_type: builds the untrained encoder from its configuration and the data.
        from_features: whether the items' vectors are computed from the data's features.
        pretrain: what the encoder learns first, with (encoder, data, config, run, the generator that draws batches).
    """

    encoder_type: EncoderType
    from_features: bool = False
    pretrain: Callable[[Any, TrainingData, Any, TrainingRun, np.random.Generator], None] | None = None

    def __call__(self, data: TrainingData, config: Any, *, run: TrainingRun) -> FittedModel:
        """Train and export."""
        rng = np.random.default_rng(run.seed)
        with seeded(run.seed):
            encoder = self.encoder_type(config, data)
            if self.from_features and data.features is not None:
                encoder.read_items_from(data.features)
            if self.pretrain is not None:
                self.pretrain(encoder, data, config, run, rng)
            served = ServedSequence(encoder, data.popularity)
            result = fit_module(
                encoder,
                batches=lambda rng: training_batches(data, config, rng, causal=encoder.causal),
                loss=lambda batch: batch_loss(encoder, batch, own=config.loss == "recbole"),
                validate=Validator.of(data, config.validation_users, _scores(served, config.max_length)),
                optimization=Optimization(
                    learning_rate=config.learning_rate,
                    weight_decay=config.weight_decay,
                    epochs=config.epochs,
                    patience=config.patience,
                    steps_per_epoch=len(_rows(data, config, np.random.default_rng(run.seed), encoder.causal)[1]),
                ),
                rng=rng,
                run=run,
            )
        encoder.freeze_items()
        return FittedModel(
            files=network_files(served, _example(data, config.max_length), dynamic_length=encoder.causal),
            max_length=config.max_length,
            flops_per_query=encoder.flops_per_history() + 2.0 * config.hidden_size * data.n_items,
            metrics={"epochs": float(result.epochs), "best_epoch": float(result.best_epoch)},
        )

    def rebuild(self, config: Any, n_items: int, tensors: Mapping[str, Tensor]) -> Rebuilt:
        """Build the served network again; a `rr_tools.model.Rebuild`."""
        nothing = TrainingData(items=np.zeros(1, dtype=np.int64), offsets=np.array([0, 1]), n_items=n_items)
        with seeded(0):
            encoder = self.encoder_type(config, nothing)
        served = ServedSequence(encoder, nothing.popularity)
        served.load_state_dict(dict(tensors))

        def draw(rng: np.random.Generator, size: int) -> NDArray[np.int64]:
            lengths = rng.integers(0, config.max_length + 1, size)
            histories = [rng.integers(0, n_items, length) for length in lengths]
            return Histories.of(histories, n_items).last(config.max_length)

        return Rebuilt(module=served.eval(), draw=draw, dynamic_length=encoder.causal)


def sequential_model(config_type: type[Any], encoder_type: EncoderType, **options: Any) -> Model:
    """Return the registry's entry of an encoder; `options` are those of `SequentialFit`."""
    fit = SequentialFit(encoder_type=encoder_type, **options)
    return Model(
        task="sequential",
        scorer="sequence",
        config_type=config_type,
        fit=fit,
        needs_features=fit.from_features,
        rebuild=fit.rebuild,
    )


def training_batches(
    data: TrainingData, config: SequentialConfig, rng: np.random.Generator, *, causal: bool
) -> Iterator[Batch]:
    """Yield one epoch's batches.

    A causal network is trained at every position of windows that hold each transition once; another one, and every
    network under RecBole's own loss, at the last position of every prefix. A network that is not causal sees the
    padding too, so its rows are as long as when it is served.
    """
    windows, batches = _rows(data, config, rng, causal)
    for rows in batches:
        inputs, targets = window_arrays(data, windows, rows, width=None if causal else config.max_length)
        if not causal or config.loss == "recbole":
            targets = last_target(targets)
        yield Batch(inputs, targets, _draw_negatives(config, data.n_items, rng))


def batch_loss(encoder: SequenceEncoder, batch: Batch, *, own: bool) -> Tensor:
    """Return the mean loss over a batch's predictions; `own` is RecBole's."""
    rows, targets = torch.from_numpy(batch.inputs) + 1, torch.from_numpy(batch.targets)
    inside = targets >= 0
    if own:
        return encoder.own_loss(rows, (rows > 0).sum(dim=1), targets[inside] + 1)
    hidden, vectors = encoder.states(rows)[inside], encoder.item_vectors()
    if batch.negatives is None:
        return full_softmax_loss(hidden, vectors, targets[inside])
    return sampled_softmax_loss(hidden, vectors, targets[inside], batch.negatives)


def _rows(
    data: TrainingData, config: SequentialConfig, rng: np.random.Generator, causal: bool
) -> tuple[Windows, list[NDArray[np.int64]]]:
    own = config.loss == "recbole"
    windows = cut_windows(data, config.max_length, rng) if causal and not own else every_prefix(data, config.max_length)
    # RecBole's own NextItNet reads the last column: its rows must have no padding.
    return windows, batch_rows(windows, config.batch_size, rng, equal_lengths=causal and own)


def _draw_negatives(config: SequentialConfig, n_items: int, rng: np.random.Generator) -> SharedNegatives | None:
    full = n_items <= LARGEST_FULL_CATALOGUE if config.loss == "auto" else config.loss != "sampled"
    if full or config.negatives >= n_items:
        return None
    return SharedNegatives(torch.from_numpy(rng.choice(n_items, config.negatives, replace=False)), n_items)


def _scores(served: ServedSequence, max_length: int) -> Callable[[NDArray[np.int64], Histories], NDArray[np.float32]]:
    def scores(users: NDArray[np.int64], histories: Histories) -> NDArray[np.float32]:
        with torch.no_grad():
            answer: NDArray[np.float32] = served(torch.from_numpy(histories.last(max_length))).numpy()
        return answer

    return scores


def _example(data: TrainingData, max_length: int) -> NDArray[np.int64]:
    """Return an empty history and those of the first few users: what the export is checked on."""
    histories = [data.items[:0], *(data.sequence(user) for user in range(min(32, data.n_users)))]
    return Histories.of(histories, data.n_items).last(max_length)
