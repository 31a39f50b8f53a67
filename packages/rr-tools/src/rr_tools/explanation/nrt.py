"""NRT (Li et al. 2017, "Neural Rating Regression with Abstractive Tips Generation for Recommendation")."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import torch
from torch import Tensor, nn
from torch.nn import functional

from rr_tools.configuration import check_positive
from rr_tools.explanation.config import ExplanationConfig, check_weights
from rr_tools.explanation.network import CodeEmbedding, ExplanationNetwork, Predictions, State
from rr_tools.explanation.training import explanation_model
from rr_tools.runtime.explanation_inputs import ExplanationInputs


@dataclass(frozen=True, slots=True, kw_only=True)
class NrtConfig(ExplanationConfig):
    """Options of NRT.

    Attributes:
        latent_size: length of the vectors of users and items.
        hidden_size: of the perceptrons, of the decoder and of the words' vectors.
        rating_layers: hidden layers of the rating regression.
        content_weight: of the loss of which words the text holds (the paper's review content).
        rating_weight: of the squared error of the rating.
    """

    latent_size: int = 64
    hidden_size: int = 128
    rating_layers: int = 2
    content_weight: float = 1.0
    rating_weight: float = 0.1

    def __post_init__(self) -> None:
        """Check ranges."""
        ExplanationConfig.__post_init__(self)
        check_positive(self, "latent_size", "hidden_size", "rating_layers")
        check_weights(self, "content_weight", "rating_weight")


class Nrt(ExplanationNetwork):
    """One pair of latent vectors expects the rating, the words of the content, and begins a GRU that writes the text.

    The GRU's first state is made of both vectors, of the expected rating, rounded to a level, and of the hidden layer
    of the content (the paper's context of tips generation).
    """

    STATE: ClassVar[tuple[str, ...]] = ("hidden",)

    def __init__(self, inputs: ExplanationInputs, config: NrtConfig) -> None:
        """Build for codes of `inputs`."""
        super().__init__()
        size, hidden = config.latent_size, config.hidden_size
        self.content_weight, self.rating_weight = config.content_weight, config.rating_weight
        self.users, self.items = CodeEmbedding(inputs.n_users, size), CodeEmbedding(inputs.n_items, size)
        self.rating_input = nn.Linear(2 * size, hidden)
        self.rating_layers = nn.ModuleList(nn.Linear(hidden, hidden) for _ in range(config.rating_layers - 1))
        self.rating_output = nn.Linear(hidden, 1)
        self.content_input = nn.Linear(2 * size, hidden)
        self.content_output = nn.Linear(hidden, len(inputs.vocabulary))
        levels = inputs.ratings or (0.0,)
        self.levels = nn.Buffer(torch.tensor(levels, dtype=torch.float32))
        self.beginning = nn.Linear(2 * size + len(levels) + hidden, hidden)
        self.word_vectors = nn.Embedding(len(inputs.vocabulary), hidden)
        nn.init.uniform_(self.word_vectors.weight, -0.1, 0.1)
        nn.init.constant_(self.rating_output.bias, float(self.levels.mean()))
        self.decoder = nn.GRU(hidden, hidden, batch_first=True)
        self.dropout = nn.Dropout(config.dropout)
        self.output = nn.Linear(hidden, len(inputs.vocabulary))

    def forward(self, context: Tensor, words: Tensor) -> Predictions:
        """Predict, given the right words so far."""
        hidden, rating, content = self._begin(context)
        logits, _ = self._decode(words, hidden)
        return Predictions(words=logits, ratings=rating, content=self.content_output(content))

    def start(self, context: Tensor) -> tuple[State, Tensor]:
        """Expect the rating and begin the text."""
        hidden, rating, _ = self._begin(context)
        return (hidden,), rating

    def step(self, word: Tensor, state: State) -> tuple[Tensor, State]:
        """Go a word on."""
        logits, hidden = self._decode(word[:, None], state[0])
        return logits[:, 0], (hidden,)

    def _begin(self, context: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Return the decoder's first state [B, H], the expected rating [B] and the content's hidden layer [B, H]."""
        pair = self.dropout(torch.cat([self.users(context[:, 0]), self.items(context[:, 1])], dim=1))
        hidden = torch.sigmoid(self.rating_input(pair))
        for layer in self.rating_layers:
            hidden = torch.sigmoid(layer(hidden))
        rating = self.rating_output(hidden).squeeze(1)
        content = torch.tanh(self.content_input(pair))
        nearest = (rating[:, None] - self.levels).abs().argmin(dim=1)
        level = functional.one_hot(nearest, len(self.levels)).to(pair.dtype)
        return torch.tanh(self.beginning(torch.cat([pair, level, content], dim=1))), rating, content

    def _decode(self, words: Tensor, hidden: Tensor) -> tuple[Tensor, Tensor]:
        """Read words [B, T], from the state [B, H] on."""
        outputs, last = self.decoder(self.dropout(self.word_vectors(words)), hidden[None])
        return self.output(self.dropout(outputs)), last[0]


MODEL = explanation_model(NrtConfig, Nrt)
