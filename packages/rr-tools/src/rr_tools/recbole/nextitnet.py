"""NextItNet: RecBole's network, trained at every position of a sequence."""

from __future__ import annotations

from torch import Tensor, nn

from rr_tools.recbole.causal_convolutions import last_convolved_states
from rr_tools.recbole.models import DILATIONS, build_nextitnet
from rr_tools.recbole.sequence_encoder import SequenceEncoder
from rr_tools.recbole.sequential import sequential_model
from rr_tools.recbole.sequential_config import NextItNetConfig
from rr_tools.training_data import TrainingData


class NextItNetEncoder(SequenceEncoder):
    """RecBole's NextItNet, with dropout before and behind the convolutions: it has none of its own.

    RecBole reads the last column of a row that is padded behind its items. Here the column of the last item is read:
    the convolutions look back only, so what is behind it has no effect.
    """

    def __init__(self, config: NextItNetConfig, data: TrainingData) -> None:
        """Build an untrained network."""
        super().__init__(build_nextitnet(config, data.n_items), data.n_items)
        self._config = config
        self.dropout = nn.Dropout(config.hidden_dropout)

    def states(self, rows: Tensor) -> Tensor:
        """Return the hidden state at every position."""
        inputs = self.dropout(self.model.item_embedding(rows))
        states: Tensor = self.model.final_layer(self.dropout(self.model.residual_blocks(inputs)))
        return states

    def last_states(self, rows: Tensor, lengths: Tensor) -> Tensor:
        """Return the state at each row's last item."""
        inputs = self.model.item_embedding(rows)
        states: Tensor = self.model.final_layer(last_convolved_states(self.model.residual_blocks, inputs, lengths))
        return states

    def flops_per_history(self) -> float:
        """Return the cost of the convolutions and of the last layer."""
        config = self._config
        convolutions = 2 * len(DILATIONS) * config.blocks * config.kernel_size
        return float(config.max_length * 2 * config.hidden_size**2 * (convolutions + 1))


MODEL = sequential_model(NextItNetConfig, NextItNetEncoder)
MODEL_V = sequential_model(NextItNetConfig, NextItNetEncoder, from_features=True)
