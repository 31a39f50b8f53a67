"""LightSANs: RecBole's network, trained from the last position of every prefix.

Its attention pools the whole row into a few interests, padding included, and normalises over the positions that ask:
a state hangs on the items after it, so a row gives one honest prediction, and rows always have full length, as when
the model is served.
"""

from __future__ import annotations

from typing import ClassVar

from torch import Tensor

from rr_tools.recbole.last_states import last_transformer_states
from rr_tools.recbole.models import build_lightsans
from rr_tools.recbole.sequence_encoder import SequenceEncoder
from rr_tools.recbole.sequential import sequential_model
from rr_tools.recbole.sequential_config import LightSansConfig
from rr_tools.training_data import TrainingData


class LightSansEncoder(SequenceEncoder):
    """RecBole's LightSANs."""

    causal: ClassVar[bool] = False

    def __init__(self, config: LightSansConfig, data: TrainingData) -> None:
        """Build an untrained network."""
        super().__init__(build_lightsans(config, data.n_items), data.n_items)
        self._config = config

    def states(self, rows: Tensor) -> Tensor:
        """Return the hidden state at every position; only the one at a row's last item is honest."""
        inputs, positions = self._inputs(rows)
        states: Tensor = self.model.trm_encoder(inputs, positions, output_all_encoded_layers=False)[-1]
        return states

    def last_states(self, rows: Tensor, lengths: Tensor) -> Tensor:
        """Return [B, d] the state at each row's last item."""
        return last_transformer_states(self.model.trm_encoder, *self._inputs(rows), lengths)

    def flops_per_history(self) -> float:
        """Return the cost of the matrix products, the pooling, and both kinds of attention."""
        config, length = self._config, self._config.max_length
        width, interests = config.hidden_size, config.interests
        products = length * (12 * width**2 + 4 * width * config.inner_size)
        pooled = 2 * 4 * length * width * interests + 4 * length * width * interests
        return float(config.n_layers * (products + pooled + 4 * length**2 * width))

    def _inputs(self, rows: Tensor) -> tuple[Tensor, Tensor]:
        """Return [B, L, d] the embedded items and [L, d] the positions."""
        embedded, positions = self.model.embedding_layer(rows)
        return self.model.dropout(self.model.LayerNorm(embedded)), positions


MODEL = sequential_model(LightSansConfig, LightSansEncoder)
MODEL_V = sequential_model(LightSansConfig, LightSansEncoder, from_features=True)
