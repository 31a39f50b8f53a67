"""Direct models as they are exported: user codes [B] to scores [B, n_items]."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Self

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

UNITS_AT_ONCE = 8  # of a hidden layer: B x n_items x 8 numbers are in memory at a time


class ServedUsers(nn.Module, ABC):
    """A table of what is known about users, whose last row stands for everybody that is not known."""

    def __init__(self, users: Tensor) -> None:
        """Keep `users` [U + 1, d]."""
        super().__init__()
        self.users = nn.Buffer(users)

    @classmethod
    @abstractmethod
    def of_tensors(cls, tensors: Mapping[str, Tensor]) -> Self:
        """Build it from its `state_dict`."""

    @abstractmethod
    def pair_scores(self, codes: Tensor, items: Tensor) -> Tensor:
        """Return [B, C] the scores of items [B, C], some for each of the user codes [B]."""

    @property
    def n_users(self) -> int:
        """U, the number of users in the table."""
        return len(self.users) - 1

    def rows(self, codes: Tensor) -> Tensor:
        """Return [B, d] the rows of user codes [B]; codes outside 0..U-1 get the last one."""
        inside = (codes >= 0) & (codes < self.n_users)
        return self.users[torch.where(inside, codes, self.n_users)]


class ServedVectors(ServedUsers):
    """Scores are dot products of user and item vectors."""

    def __init__(self, users: Tensor, items: Tensor) -> None:
        """Keep `users` [U + 1, d] and `items` [n_items, d]."""
        super().__init__(users)
        self.items = nn.Buffer(items)

    @classmethod
    def of_tensors(cls, tensors: Mapping[str, Tensor]) -> Self:
        """Build it from its `state_dict`."""
        return cls(tensors["users"], tensors["items"])

    def forward(self, codes: Tensor) -> Tensor:
        """Score every item."""
        return self.rows(codes) @ self.items.T

    def pair_scores(self, codes: Tensor, items: Tensor) -> Tensor:
        """Score some items of each user."""
        return (self.items[items] @ self.rows(codes).unsqueeze(2)).squeeze(2)


class ServedPerceptron(ServedUsers):
    """Scores are the output of a perceptron with one hidden layer over user and item vectors, side by side.

    Its first layer is a sum of what it makes of the user and of the item, each computed once and kept.
    """

    def __init__(self, users: Tensor, items: Tensor, output: Tensor) -> None:
        """Keep `users` [U + 1, h] and `items` [n_items, h], their parts of the hidden layer, and `output` [h]."""
        super().__init__(users)
        self.items, self.output = nn.Buffer(items), nn.Buffer(output)

    @classmethod
    def of_tensors(cls, tensors: Mapping[str, Tensor]) -> Self:
        """Build it from its `state_dict`."""
        return cls(tensors["users"], tensors["items"], tensors["output"])

    def forward(self, codes: Tensor) -> Tensor:
        """Score every item."""
        users, items = self.rows(codes), self.items.T
        scores = torch.zeros(1)
        for first in range(0, len(self.output), UNITS_AT_ONCE):
            units = slice(first, first + UNITS_AT_ONCE)
            hidden = functional.relu(users[:, units, None] + items[None, units])  # [B, 8, n_items]
            scores = scores + (self.output[units] @ hidden)
        return scores

    def pair_scores(self, codes: Tensor, items: Tensor) -> Tensor:
        """Score some items of each user."""
        return functional.relu(self.rows(codes).unsqueeze(1) + self.items[items]) @ self.output


def with_everybody(users: Tensor, known_users: NDArray[np.int64]) -> Tensor:
    """Return [U + 1, d] rows [U, d] of users with the mean of the known ones behind, and in the place of the others.

    Example:
        >>> with_everybody(torch.tensor([[1.0], [9.0], [3.0]]), np.array([0, 2])).tolist()
        [[1.0], [2.0], [3.0], [2.0]]
    """
    known = torch.from_numpy(known_users)
    everybody = users[known].mean(dim=0)
    table = everybody.repeat(len(users) + 1, 1)
    table[known] = users[known]
    return table
