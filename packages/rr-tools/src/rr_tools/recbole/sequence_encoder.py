"""One view of RecBole's sequential networks: a hidden state at every position, a vector for every item."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any, ClassVar

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from rr_tools.recbole.last_states import gather_last, last_transformer_states
from rr_tools.recbole.projected_features import ProjectedFeatures


class SequenceEncoder(nn.Module, ABC):
    """A RecBole network that scores items by the dot product of a hidden state and the items' vectors.

    Attributes:
        causal: whether a state hangs on the items before it only, so that every position can be trained at once.
    """

    causal: ClassVar[bool] = True

    def __init__(self, model: Any, n_items: int) -> None:
        """Wrap one of `rr_tools.recbole.models`."""
        super().__init__()
        self.model: Any = model
        self.n_items = n_items

    @abstractmethod
    def states(self, rows: Tensor) -> Tensor:
        """Return the hidden state at every position.

        RecBole's `forward` computes them all and returns the last one; training at every position needs them all.

        Args:
            rows: [B, L] rows of the item embedding, padding (0) behind the items.

        Returns:
            [B, L, d]; what stands at padding has no meaning.
        """

    def last_states(self, rows: Tensor, lengths: Tensor) -> Tensor:
        """Return [B, d] the state at each row's last item: all that an answer needs.

        Args:
            rows: [B, L] as for `states`.
            lengths: [B] items in each row.
        """
        return gather_last(self.states(rows), lengths)

    @abstractmethod
    def flops_per_history(self) -> float:
        """Return the multiplications and additions that a history of full length costs."""

    def item_vectors(self) -> Tensor:
        """Return [n_items, d] the items' vectors by code."""
        vectors: Tensor = self.model.item_embedding.weight[1 : self.n_items + 1]
        return vectors

    def own_loss(self, rows: Tensor, lengths: Tensor, targets: Tensor) -> Tensor:
        """Return RecBole's own loss: one prediction a row, from its last position.

        Args:
            rows: [B, L] as for `states`.
            lengths: [B] items in each row.
            targets: [B] row of the item embedding that comes next.
        """
        columns = {
            self.model.ITEM_SEQ: rows,
            self.model.ITEM_SEQ_LEN: lengths,
            self.model.POS_ITEM_ID: targets,
        }
        loss: Tensor = self.model.calculate_loss(columns)
        return loss

    def read_items_from(self, features: NDArray[np.float32]) -> None:
        """Compute the items' vectors from features [n_items, F] from now on, instead of learning one for each item."""
        learned = self.model.item_embedding
        self.model.item_embedding = ProjectedFeatures(features, learned.embedding_dim, learned.num_embeddings)

    def freeze_items(self) -> None:
        """Keep the items' vectors as they are now, as a plain table: what is exported needs no features."""
        table = self.model.item_embedding.weight.detach().clone()
        self.model.item_embedding = nn.Embedding(len(table), table.size(1), padding_idx=0, _weight=table)


class ServedSequence(nn.Module):
    """A sequential network as it is exported: item codes [B, max_length] (-1 behind short ones) to scores [B, n_items].

    An empty history is answered by the logarithm of the items' popularity.
    """

    def __init__(self, encoder: SequenceEncoder, popularity: NDArray[np.int64]) -> None:
        """Wrap a trained encoder; `popularity` [n_items] counts interactions."""
        super().__init__()
        self.encoder = encoder
        shares = (popularity + 1.0) / (popularity + 1.0).sum()
        self.fallback = nn.Buffer(torch.from_numpy(np.log(shares)).float())

    def forward(self, items: Tensor) -> Tensor:
        """Score every item."""
        lengths = (items >= 0).sum(dim=1)
        empty = (lengths == 0).unsqueeze(1)
        # The fallback is one more column of the product: choosing between two tables of scores takes as long again.
        hidden = torch.where(empty, 0.0, self.encoder.last_states(items + 1, lengths))
        vectors = torch.cat([self.encoder.item_vectors(), self.fallback.unsqueeze(1)], dim=1)
        return torch.cat([hidden, empty.to(hidden.dtype)], dim=1) @ vectors.T


def causal_mask(length: int) -> Tensor:
    """Return what is added to attention scores [length, length], so that a position sees none after it.

    Rows are padded behind their items, so this also hides the padding from every item. RecBole's own mask says the same
    for each row of a batch; its export needs an operator that older versions of ONNX Runtime lack.
    """
    return torch.full((length, length), -10_000.0).triu(1)


def transformer_states(model: Any, rows: Tensor) -> Tensor:
    """Return the states of RecBole's SASRec and of networks built like it, each seeing the items before it only."""
    inputs = transformer_inputs(model, rows)
    states: Tensor = model.trm_encoder(inputs, causal_mask(rows.size(1)), output_all_encoded_layers=False)[-1]
    return states


def transformer_inputs(model: Any, rows: Tensor) -> Tensor:
    """Return what the layers of RecBole's SASRec read: the items' vectors with those of their positions."""
    positions = torch.arange(rows.size(1)).unsqueeze(0).expand_as(rows)
    embedded = model.item_embedding(rows) + model.position_embedding(positions)
    inputs: Tensor = model.dropout(model.LayerNorm(embedded))
    return inputs


def last_causal_states(model: Any, rows: Tensor, lengths: Tensor) -> Tensor:
    """Return of `transformer_states` the one at each row's last item."""
    inputs, mask = transformer_inputs(model, rows), causal_mask(rows.size(1))
    return last_transformer_states(model.trm_encoder, inputs, mask, lengths)
