"""SASRec: RecBole's network, trained at every position of a sequence."""

from __future__ import annotations

from torch import Tensor

from rr_tools.recbole.models import build_sasrec
from rr_tools.recbole.sequence_encoder import SequenceEncoder, last_causal_states, transformer_states
from rr_tools.recbole.sequential import sequential_model
from rr_tools.recbole.sequential_config import SasRecConfig, TransformerConfig
from rr_tools.training_data import TrainingData


class SasRecEncoder(SequenceEncoder):
    """RecBole's SASRec."""

    def __init__(self, config: SasRecConfig, data: TrainingData) -> None:
        """Build an untrained network."""
        super().__init__(build_sasrec(config, data.n_items), data.n_items)
        self._config = config

    def states(self, rows: Tensor) -> Tensor:
        """Return the hidden state at every position."""
        return transformer_states(self.model, rows)

    def last_states(self, rows: Tensor, lengths: Tensor) -> Tensor:
        """Return [B, d] the state at each row's last item."""
        return last_causal_states(self.model, rows, lengths)

    def flops_per_history(self) -> float:
        """Return the cost of the matrix products and the attention."""
        return transformer_flops(self._config)


def transformer_flops(config: TransformerConfig) -> float:
    """Return the multiplications and additions of the layers' matrix products and attention, for a full history."""
    width, length = config.hidden_size, config.max_length
    layer = length * (8 * width**2 + 4 * width * config.inner_size) + 4 * length**2 * width
    return float(config.n_layers * layer)


MODEL = sequential_model(SasRecConfig, SasRecEncoder)
MODEL_V = sequential_model(SasRecConfig, SasRecEncoder, from_features=True)
