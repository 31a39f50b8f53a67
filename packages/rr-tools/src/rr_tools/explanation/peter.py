"""PETER (Li et al. 2021, "Personalized Transformer for Explainable Recommendation")."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar

import torch
from torch import Tensor, nn

from rr_tools.configuration import check_positive
from rr_tools.errors import ConfigError
from rr_tools.explanation.config import ExplanationConfig, check_weights
from rr_tools.explanation.network import CodeEmbedding, ExplanationNetwork, Predictions, State
from rr_tools.explanation.peter_layer import PeterLayer
from rr_tools.explanation.training import explanation_model
from rr_tools.runtime.explanation_inputs import ExplanationInputs

USER, ITEM = 0, 1  # positions
PAIR = 2  # positions that see each other


@dataclass(frozen=True, slots=True, kw_only=True)
class PeterConfig(ExplanationConfig):
    """Options of PETER.

    Attributes:
        hidden_size: of the vectors.
        layers: of the transformer.
        heads: of the attention; they divide `hidden_size`.
        inner_size: of the perceptrons in the layers.
        use_feature: read the word that the text is to speak of, before the text (the paper's PETER+).
        content_weight: of the loss of which words the text holds (the paper's context prediction).
        rating_weight: of the squared error of the rating.
    """

    hidden_size: int = 128
    layers: int = 2
    heads: int = 2
    inner_size: int = 256
    use_feature: bool = False
    content_weight: float = 1.0
    rating_weight: float = 0.1

    def __post_init__(self) -> None:
        """Check ranges."""
        ExplanationConfig.__post_init__(self)
        check_positive(self, "hidden_size", "layers", "heads", "inner_size")
        check_weights(self, "content_weight", "rating_weight")
        if self.hidden_size % self.heads or self.hidden_size % 2:
            raise ConfigError(f"hidden_size is {self.hidden_size}; it must be even and heads, {self.heads}, divide it")


class Peter(ExplanationNetwork):
    """A transformer over user, item, perhaps a feature, and the words.

    User and item see each other and nothing else; what follows sees all before it. The user's position expects the
    rating, the item's the words of the text in any order, and each word's position the next word.
    """

    STATE: ClassVar[tuple[str, ...]] = ("keys", "values")
    GROWING: ClassVar[bool] = True

    def __init__(self, inputs: ExplanationInputs, config: PeterConfig) -> None:
        """Build for codes of `inputs`."""
        super().__init__()
        size = config.hidden_size
        self.content_weight, self.rating_weight = config.content_weight, config.rating_weight
        self.use_feature, self.heads = config.use_feature, config.heads
        self.users, self.items = CodeEmbedding(inputs.n_users, size), CodeEmbedding(inputs.n_items, size)
        self.word_vectors = nn.Embedding(len(inputs.vocabulary), size)
        nn.init.uniform_(self.word_vectors.weight, -0.1, 0.1)
        positions = PAIR + int(config.use_feature) + inputs.longest + 1
        self.positions = nn.Buffer(sinusoids(positions, size), persistent=False)
        self.layers = nn.ModuleList(
            PeterLayer(size, heads=config.heads, inner_size=config.inner_size, dropout=config.dropout)
            for _ in range(config.layers)
        )
        self.rating_hidden, self.rating_output = nn.Linear(size, size), nn.Linear(size, 1)
        nn.init.constant_(self.rating_output.bias, sum(inputs.ratings) / max(1, len(inputs.ratings)))
        self.dropout = nn.Dropout(config.dropout)
        self.output = nn.Linear(size, len(inputs.vocabulary))
        nn.init.uniform_(self.output.weight, -0.1, 0.1)
        nn.init.zeros_(self.output.bias)

    def forward(self, context: Tensor, words: Tensor) -> Predictions:
        """Predict, given the right words so far."""
        vectors = torch.cat([self._context_vectors(context), self.word_vectors(words)], dim=1)
        hidden, _ = self._read(vectors, None, peter_mask(vectors.shape[1]))
        return Predictions(
            words=self.output(hidden[:, -words.shape[1] :]),
            ratings=self._rating(hidden),
            content=self.output(hidden[:, ITEM]),
        )

    def start(self, context: Tensor) -> tuple[State, Tensor]:
        """Read the context and expect the rating; the state is keys and values [B, P, layers, size]."""
        vectors = self._context_vectors(context)
        hidden, state = self._read(vectors, None, peter_mask(vectors.shape[1]))
        return state, self._rating(hidden)

    def step(self, word: Tensor, state: State) -> tuple[Tensor, State]:
        """Read one word more, which sees all before it."""
        hidden, state = self._read(self.word_vectors(word)[:, None], state, None)
        return self.output(hidden[:, 0]), state

    def _context_vectors(self, context: Tensor) -> Tensor:
        """Return [B, 2 or 3, size]."""
        vectors = [self.users(context[:, 0]), self.items(context[:, 1])]
        if self.use_feature:
            vectors.append(self.word_vectors(context[:, 3]))
        return torch.stack(vectors, dim=1)

    def _read(self, vectors: Tensor, state: State | None, mask: Tensor | None) -> tuple[Tensor, State]:
        """Pass vectors [B, P, size] through all layers, from the state on."""
        done = 0 if state is None else state[0].shape[1]
        places = self.positions[done : done + vectors.shape[1]]
        hidden = self.dropout(vectors * math.sqrt(vectors.shape[2]) + places)
        keys, values = [], []
        for number, layer in enumerate(self.layers):
            past = None
            if state is not None:
                past = (self._apart(state[0][:, :, number]), self._apart(state[1][:, :, number]))
            hidden, (key, value) = layer(hidden, past, mask)
            keys.append(_together(key))
            values.append(_together(value))
        return hidden, (torch.stack(keys, dim=2), torch.stack(values, dim=2))

    def _rating(self, hidden: Tensor) -> Tensor:
        rating: Tensor = self.rating_output(torch.sigmoid(self.rating_hidden(hidden[:, USER]))).squeeze(1)
        return rating

    def _apart(self, vectors: Tensor) -> Tensor:
        """[B, P, size] to [B, heads, P, size / heads]."""
        return vectors.reshape(*vectors.shape[:2], self.heads, -1).transpose(1, 2)


def peter_mask(positions: int) -> Tensor:
    """Return [P, P] true where a position (row) sees another: user and item each other, the rest what is before it.

    Example:
        >>> peter_mask(3).int().tolist()
        [[1, 1, 0], [1, 1, 0], [1, 1, 1]]
    """
    mask = torch.ones(positions, positions, dtype=torch.bool).tril()
    mask[:PAIR, :PAIR] = True
    return mask


def sinusoids(positions: int, size: int) -> Tensor:
    """Return [positions, size] sines and cosines of falling frequencies (Vaswani et al. 2017, section 3.5)."""
    place = torch.arange(positions, dtype=torch.float32)[:, None]
    frequency = torch.exp(torch.arange(0, size, 2, dtype=torch.float32) * (-math.log(10000.0) / size))
    return torch.stack([torch.sin(place * frequency), torch.cos(place * frequency)], dim=2).flatten(start_dim=1)


def _together(vectors: Tensor) -> Tensor:
    """[B, heads, P, size / heads] to [B, P, size]."""
    return vectors.transpose(1, 2).flatten(start_dim=2)


MODEL = explanation_model(PeterConfig, Peter)
