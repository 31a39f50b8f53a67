"""Thought tokens: the slots of a thought, in the order in which they are decided."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rr_data.interfaces import trace_vocabulary

THINK, EVIDENCE, END_THINK, ANSWER = "<think>", "<evidence>", "</think>", "<answer>"
N_LEVELS, N_BINS = 3, 10


@dataclass(frozen=True, slots=True)
class ThoughtTokens:
    """The thought vocabulary of a list of tools.

    A thought decides in order: evidence-horizon level, confidence bin, use or skip for each tool, evidence. Each
    decision is one token, so each has one probability.

    Attributes:
        tools: tool names, in the order in which thoughts name them.
        names: every thought token, in the order of `rr_data.interfaces.trace_vocabulary`.

    Example:
        >>> thought = ThoughtTokens.of(["bpr"])
        >>> [len(choices) for choices in thought.slots(["bpr"])]
        [3, 10, 2]
        >>> thought.slots(["bpr"])[-1]
        ('<use_bpr>', '<skip_bpr>')
    """

    tools: tuple[str, ...]
    names: tuple[str, ...]

    @classmethod
    def of(cls, tools: Sequence[str]) -> ThoughtTokens:
        """Build the vocabulary for `tools`."""
        return cls(tuple(tools), tuple(trace_vocabulary(tools)))

    def slots(self, tools: Sequence[str]) -> tuple[tuple[str, ...], ...]:
        """Return the tokens allowed at each decision of a thought that names `tools`, before its evidence."""
        levels, bins = self.names[1 : 1 + N_LEVELS], self.names[1 + N_LEVELS : 1 + N_LEVELS + N_BINS]
        return (levels, bins, *((f"<use_{tool}>", f"<skip_{tool}>") for tool in tools))
