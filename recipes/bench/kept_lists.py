"""What the reasoner answers to every query, kept on disk."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np

from recipes.bench.tool_answers import USERS_AT_ONCE, Asked
from rr_planner import Ranking
from rr_vlm import VlmReasoner


def kept_lists(
    reasoner: VlmReasoner, asked: Asked, file: Path, *, k: int, evidence: Mapping[str, Ranking] | None = None
) -> Ranking:
    """Return [N, k] what the reasoner answers to N queries, with or without evidence, read from `file` where it is."""
    if not file.exists():
        found = []
        for start in range(0, len(asked), USERS_AT_ONCE):
            part = np.arange(start, min(start + USERS_AT_ONCE, len(asked)))
            said = {name: answer.take(part) for name, answer in (evidence or {}).items()}
            found.append(reasoner.deliberate(asked.queries.take(part), k, said))
        draft = file.with_suffix(".partial.npz")
        np.savez(draft, **{name: np.concatenate([getattr(one, name) for one in found]) for name in ("items", "scores")})
        draft.replace(file)
    with np.load(file) as stored:
        return Ranking(stored["items"], stored["scores"])


def first_of(answers: Mapping[str, Ranking], n: int) -> dict[str, Ranking]:
    """Return the n first items of every tool's answers.

    Example:
        >>> first_of({"bpr": Ranking(np.array([[3, 1, 2]]), np.array([[0.9, 0.5, 0.1]]))}, 2)["bpr"].items.tolist()
        [[3, 1]]
    """
    return {name: Ranking(answer.items[:, :n], answer.scores[:, :n]) for name, answer in answers.items()}
