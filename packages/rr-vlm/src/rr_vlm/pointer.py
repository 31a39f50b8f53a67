"""A pointer (copy) head, from the answer's position to the items that tools proposed (See et al., ACL 2017)."""

from __future__ import annotations

import torch
from torch import nn
from torch.nn.functional import logsigmoid


class PointerHead(nn.Module):
    """Mix a distribution over the catalogue with one over the evidence.

    A softmax tied to item embeddings would have to learn copying from nothing; attention from the answer to the
    evidence does it at once, and a learned gate says how much to trust it. What a tool says is weighed by how likely
    the model itself thinks it, too.

    Args:
        width: of the hidden states.
        head_width: of queries and keys.
        slots: (tool, rank) pairs that evidence can come from; each has a learned prior.
    """

    def __init__(self, width: int, head_width: int, slots: int) -> None:
        """Start with an even gate, no preference among slots and no weight of the model's own opinion."""
        super().__init__()
        self.query = nn.Linear(width, head_width, bias=False)
        self.key = nn.Linear(width, head_width, bias=False)
        self.gate = nn.Linear(width, 1)
        self.slot_bias = nn.Parameter(torch.zeros(slots))
        self.own_weight = nn.Parameter(torch.zeros(1))

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
        logits = logits + self.own_weight * log_probs.gather(1, evidence_items)
        weights = logits.masked_fill(missing & ~none, float("-inf")).softmax(dim=1)
        copied = torch.zeros_like(log_probs).scatter_add(1, evidence_items, weights)
        gate = self.gate(query_states)
        mixed = torch.logaddexp(logsigmoid(-gate) + log_probs, logsigmoid(gate) + copied.clamp(min=1e-12).log())
        return torch.where(none, log_probs, mixed)
