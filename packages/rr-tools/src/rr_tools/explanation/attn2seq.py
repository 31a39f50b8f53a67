"""Attn2Seq (Dong et al. 2017, "Learning to Generate Product Reviews from Attributes"): attributes to words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import torch
from torch import Tensor, nn

from rr_tools.configuration import check_positive
from rr_tools.explanation.config import ExplanationConfig
from rr_tools.explanation.network import CodeEmbedding, ExplanationNetwork, Predictions, State
from rr_tools.explanation.training import explanation_model
from rr_tools.runtime.explanation_inputs import ExplanationInputs


@dataclass(frozen=True, slots=True, kw_only=True)
class Attn2SeqConfig(ExplanationConfig):
    """Options of Attn2Seq.

    Attributes:
        attribute_size: length of the vectors of users, items and ratings.
        hidden_size: of the decoder's layers and of the words' vectors.
        layers: of the decoder.
    """

    attribute_size: int = 64
    hidden_size: int = 128
    layers: int = 1

    def __post_init__(self) -> None:
        """Check ranges."""
        ExplanationConfig.__post_init__(self)
        check_positive(self, "attribute_size", "hidden_size", "layers")


class Attn2Seq(ExplanationNetwork):
    """A perceptron over user, item and rating begins an LSTM, whose every word looks back at the three.

    The rating is the true one where it is given, as in the paper: what it tells is not counted as a prediction.
    """

    STATE: ClassVar[tuple[str, ...]] = ("hidden", "cell", "attributes")
    CONSTANT: ClassVar[tuple[str, ...]] = ("attributes",)

    def __init__(self, inputs: ExplanationInputs, config: Attn2SeqConfig) -> None:
        """Build for codes of `inputs`."""
        super().__init__()
        size, hidden = config.attribute_size, config.hidden_size
        self.layers, self.hidden_size = config.layers, hidden
        counts = (inputs.n_users, inputs.n_items, len(inputs.ratings))
        self.attributes = nn.ModuleList(CodeEmbedding(count, size) for count in counts)
        self.encoder = nn.Linear(len(counts) * size, config.layers * hidden)
        self.word_vectors = nn.Embedding(len(inputs.vocabulary), hidden)
        nn.init.uniform_(self.word_vectors.weight, -0.1, 0.1)
        between = config.dropout if config.layers > 1 else 0.0  # of one layer torch would warn
        self.decoder = nn.LSTM(hidden, hidden, config.layers, batch_first=True, dropout=between)
        self.attention = nn.Linear(hidden + size, 1)
        self.combination = nn.Linear(hidden + size, hidden, bias=False)
        self.dropout = nn.Dropout(config.dropout)
        self.output = nn.Linear(hidden, len(inputs.vocabulary))

    def forward(self, context: Tensor, words: Tensor) -> Predictions:
        """Predict, given the right words so far."""
        (hidden, cell, attributes), _ = self.start(context)
        logits, _, _ = self._decode(words, hidden, cell, attributes)
        return Predictions(words=logits)

    def start(self, context: Tensor) -> tuple[State, None]:
        """Encode the attributes (equations 2 and 3); the decoder's cells begin at zero."""
        vectors = [self.dropout(table(context[:, column])) for column, table in enumerate(self.attributes)]
        hidden = torch.tanh(self.encoder(torch.cat(vectors, dim=1))).view(-1, self.layers, self.hidden_size)
        return (hidden, torch.zeros_like(hidden), torch.stack(vectors, dim=1)), None

    def step(self, word: Tensor, state: State) -> tuple[Tensor, State]:
        """Go a word on."""
        logits, hidden, cell = self._decode(word[:, None], *state)
        return logits[:, 0], (hidden, cell)

    def _decode(self, words: Tensor, hidden: Tensor, cell: Tensor, attributes: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Read words [B, T] with states [B, layers, H]; the attention is that of equations 6 to 9."""
        vectors = self.dropout(self.word_vectors(words))
        begun = (hidden.transpose(0, 1).contiguous(), cell.transpose(0, 1).contiguous())
        outputs, (hidden, cell) = self.decoder(vectors, begun)
        pairs = torch.cat(
            [
                outputs[:, :, None, :].expand(-1, -1, attributes.shape[1], -1),
                attributes[:, None, :, :].expand(-1, words.shape[1], -1, -1),
            ],
            dim=3,
        )
        weights = torch.softmax(torch.tanh(self.attention(pairs)).squeeze(3), dim=2)
        seen = torch.cat([outputs, weights @ attributes], dim=2)
        logits = self.output(self.dropout(torch.tanh(self.combination(seen))))
        return logits, hidden.transpose(0, 1), cell.transpose(0, 1)


MODEL = explanation_model(Attn2SeqConfig, Attn2Seq)
