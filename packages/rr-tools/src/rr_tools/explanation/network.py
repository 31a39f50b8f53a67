"""What every explaining network is to the training, the export and the decoding."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar

import torch
from torch import Tensor, nn

from rr_tools.runtime.explanation_inputs import ExplanationInputs

State = tuple[Tensor, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Predictions:
    """What a network says about B texts of T words.

    Attributes:
        words: [B, T, V] logits of the word that follows each prefix.
        ratings: [B] expected ratings; None where the network expects none.
        content: [B, V] logits of the words that the text holds anywhere; None likewise.
    """

    words: Tensor
    ratings: Tensor | None = None
    content: Tensor | None = None


class ExplanationNetwork(nn.Module):
    """Reads a context [B, 4] (see `ExplanationInputs`) and writes word by word.

    Attributes:
        STATE: names of the tensors that `start` returns and `step` takes, the batch first.
        CONSTANT: those of them, at the end, that `step` does not change and does not return.
        GROWING: whether the state's second dimension grows by one with every step.
        content_weight: of the loss of `Predictions.content`.
        rating_weight: of the loss of `Predictions.ratings`.
    """

    STATE: ClassVar[tuple[str, ...]]
    CONSTANT: ClassVar[tuple[str, ...]] = ()
    GROWING: ClassVar[bool] = False
    content_weight: float = 0.0
    rating_weight: float = 0.0

    def forward(self, context: Tensor, words: Tensor) -> Predictions:
        """Predict, given the right words [B, T] so far, `<bos>` first."""
        raise NotImplementedError

    def start(self, context: Tensor) -> tuple[State, Tensor | None]:
        """Return the state before any word and the expected ratings [B]."""
        raise NotImplementedError

    def step(self, word: Tensor, state: State) -> tuple[Tensor, State]:
        """Return the logits [B, V] of the word that follows the words [B], and what changed of the state."""
        raise NotImplementedError


Build = Callable[[ExplanationInputs, Any], ExplanationNetwork]
"""Makes an untrained network from what goes in and the options."""


class CodeEmbedding(nn.Module):
    """Vectors of codes 1..size, and of code 0, the unknown one, which is set once training is over."""

    def __init__(self, size: int, width: int) -> None:
        """Draw vectors uniformly from [-0.1, 0.1], as PETER's do."""
        super().__init__()
        self.table = nn.Embedding(size + 1, width)
        nn.init.uniform_(self.table.weight, -0.1, 0.1)

    def forward(self, codes: Tensor) -> Tensor:
        """Map codes [...] to vectors [..., width]."""
        vectors: Tensor = self.table(codes)
        return vectors

    @torch.no_grad()
    def fill_unseen(self, seen: Tensor) -> None:
        """Give codes that no training row has, the unknown one among them, the mean vector of those that one has.

        Args:
            seen: [N] codes of the training rows.
        """
        trained = torch.zeros(len(self.table.weight), dtype=torch.bool)
        trained[seen] = True
        trained[0] &= bool((seen == 0).all())  # an unknown rating may be all there is
        self.table.weight[~trained] = self.table.weight[trained].mean(dim=0)
