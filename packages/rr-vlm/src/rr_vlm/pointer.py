"""A pointer (copy) head, from the answer's position to the items that tools proposed (See et al., ACL 2017)."""

from __future__ import annotations

import torch
from torch import nn
from torch.nn.functional import logsigmoid


class PointerHead(nn.Module):
    """Mix a distribution over the catalogue with one over the evidence.

    A softmax tied to item embeddings would have to learn copying from nothing; attention from the answer to the
    evidence does it at once, and a learned gate says how much to trust it. What a tool says is weighed by how likely
    the model itself thinks it, and each tool's whole list by its credit: how likely the model thinks its items on
    average, and how many of them other tools list too. A list that was meant for somebody else has little of both.

    Args:
        width: of the hidden states.
        head_width: of queries and keys.
        slots: (tool, rank) pairs that evidence can come from; each has a learned prior.
        ranks: of these pairs each tool has so many, one after the other.
    """

    def __init__(self, width: int, head_width: int, slots: int, ranks: int = 1) -> None:
        """Start with an even gate, no preference among slots and no weight of opinion or credit."""
        super().__init__()
        self.query = nn.Linear(width, head_width, bias=False)
        self.key = nn.Linear(width, head_width, bias=False)
        self.gate = nn.Linear(width, 1)
        self.slot_bias = nn.Parameter(torch.zeros(slots))
        self.own_weight = nn.Parameter(torch.zeros(1))
        self.credit_weights = nn.Parameter(torch.zeros(2))
        self.ranks = ranks

    def forward(
        self,
        log_probs: torch.Tensor,
        query_states: torch.Tensor,
        evidence_states: torch.Tensor,
        evidence_items: torch.Tensor,
        evidence_slots: torch.Tensor,
    ) -> torch.Tensor:
        """Mix; a row without evidence keeps its distribution.

        Args:
            log_probs: [B, n_items] log-probabilities over the catalogue.
            query_states: [B, width] hidden states at the deciding position.
            evidence_states: [B, E, width] hidden states at the evidence items.
            evidence_items: [B, E] item codes.
            evidence_slots: [B, E] index of (tool, rank), -1 where there is no evidence.

        Returns:
            [B, n_items] log-probabilities.
        """
        missing = evidence_slots < 0
        none = missing.all(dim=1, keepdim=True)
        scale = self.query.out_features**-0.5
        logits = torch.einsum("bew,bw->be", self.key(evidence_states), self.query(query_states)) * scale
        logits = logits + self.slot_bias[evidence_slots.clamp(min=0)]
        own = log_probs.gather(1, evidence_items)
        logits = logits + self.own_weight * own
        logits = logits + credit(own, evidence_items, evidence_slots, self.ranks) @ self.credit_weights
        weights = logits.masked_fill(missing & ~none, float("-inf")).softmax(dim=1)
        copied = torch.zeros_like(log_probs).scatter_add(1, evidence_items, weights)
        gate = self.gate(query_states)
        mixed = torch.logaddexp(logsigmoid(-gate) + log_probs, logsigmoid(gate) + copied.clamp(min=1e-12).log())
        return torch.where(none, log_probs, mixed)


def credit(own: torch.Tensor, items: torch.Tensor, slots: torch.Tensor, ranks: int) -> torch.Tensor:
    """Say of each item what speaks for the list that it stands in.

    Args:
        own: [B, E] the model's own log-probability of each item.
        items: [B, E] item codes.
        slots: [B, E] index of (tool, rank), -1 where there is no evidence.
        ranks: slots of a tool.

    Returns:
        [B, E, 2] the mean of `own` over the list, and the logarithm of one more than how many of its items stand in
        another tool's list; 0 where there is no evidence.

    Example:
        >>> own, items, slots = torch.tensor([[-1.0, -3.0, -4.0]]), torch.tensor([[5, 6, 5]]), torch.tensor([[0, 1, 2]])
        >>> mean, listed = credit(own, items, slots, ranks=2)[0].unbind(dim=1)
        >>> mean.tolist(), listed.expm1().round().tolist()
        ([-2.0, -2.0, -4.0], [1.0, 1.0, 1.0])
    """
    tool, present = slots.div(ranks, rounding_mode="floor"), slots >= 0
    both = present[:, :, None] & present[:, None, :]
    same = both & (tool[:, :, None] == tool[:, None, :])
    shared = (both & ~same & (items[:, :, None] == items[:, None, :])).any(dim=2)
    kin = same.to(own)
    mean = torch.einsum("bef,bf->be", kin, own) / kin.sum(dim=2).clamp(min=1.0)
    return torch.stack([mean, torch.einsum("bef,bf->be", kin, shared.to(own)).log1p()], dim=2)
