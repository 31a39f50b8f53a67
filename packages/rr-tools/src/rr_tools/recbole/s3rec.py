"""S3-Rec: RecBole's network, pretrained on attributes, then trained as SASRec is."""

from __future__ import annotations

from torch import Tensor, nn

from rr_tools.recbole.models import build_s3rec
from rr_tools.recbole.s3rec_pretraining import pretrain
from rr_tools.recbole.sasrec import transformer_flops
from rr_tools.recbole.sequence_encoder import SequenceEncoder, last_causal_states, transformer_states
from rr_tools.recbole.sequential import sequential_model
from rr_tools.recbole.sequential_config import S3RecConfig
from rr_tools.training_data import TrainingData


class S3RecEncoder(SequenceEncoder):
    """RecBole's S3-Rec; without attributes it is pretrained on masked items and segments only."""

    def __init__(self, config: S3RecConfig, data: TrainingData) -> None:
        """Build an untrained network."""
        n_attributes = 0 if data.attributes is None else data.attributes.n_attributes
        super().__init__(build_s3rec(config, data.n_items, n_attributes), data.n_items)
        self._config = config

    def states(self, rows: Tensor) -> Tensor:
        """Return the hidden state at every position, each seeing the items before it only."""
        return transformer_states(self.model, rows)

    def last_states(self, rows: Tensor, lengths: Tensor) -> Tensor:
        """Return [B, d] the state at each row's last item."""
        return last_causal_states(self.model, rows, lengths)

    def flops_per_history(self) -> float:
        """Return the cost of the matrix products and the attention."""
        return transformer_flops(self._config)

    def freeze_items(self) -> None:
        """Keep the items' vectors as they are now; drop those of attributes, which only the pretraining reads."""
        super().freeze_items()
        self.model.feature_embedding = nn.Embedding(1, self._config.hidden_size, padding_idx=0)

    def own_loss(self, rows: Tensor, lengths: Tensor, targets: Tensor) -> Tensor:
        """Return RecBole's loss of the stage that follows the pretraining."""
        self.model.train_stage, self.model.loss_fct = "finetune", nn.CrossEntropyLoss()
        return super().own_loss(rows, lengths, targets)


MODEL = sequential_model(S3RecConfig, S3RecEncoder, pretrain=pretrain)
MODEL_V = sequential_model(S3RecConfig, S3RecEncoder, pretrain=pretrain, from_features=True)
