"""Wrong tools: to calibrate the trust in tools on, and to measure what they do to the reasoner."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from recipes.bench.fused_answers import FUSED
from recipes.bench.tool_answers import Asked
from rr_planner import Ranking
from rr_vlm import VlmReasoner

USERS = 5000
HIT_AT = 5
WRONG, MISSING = 0.3, 0.25
THREE = ("item-transition", "sasrec", "text-knn")


def disturbed(asked: Asked, seed: int) -> dict[str, Ranking]:
    """What the tools say without their learned fusion, some of it missing and some of it another user's.

    Where the fusion speaks, which is never another user's, wrong tools are easy to tell.
    """
    rng = np.random.default_rng(seed)
    users = np.arange(len(asked))
    said: dict[str, Ranking] = {}
    for name in sorted(asked.answers.keys() - {FUSED}):
        given = asked.answers[name].take(np.where(rng.random(len(asked)) < WRONG, rng.permutation(users), users))
        silent = rng.random(len(asked)) < MISSING
        said[name] = Ranking(given.items, np.where(silent[:, None], -np.inf, given.scores))
    return said


def overruling(reasoner: VlmReasoner, asked: Asked, seed: int) -> dict[str, float]:
    """HR@5 on at most 5,000 drawn users, by what the reasoner consulted.

    Noise is a permutation of SASRec's lists over the users: as likely items as ever, for somebody else.
    """
    rng = np.random.default_rng(seed)
    drawn = asked.take(np.sort(rng.permutation(len(asked))[:USERS]))
    answers = dict(drawn.answers)
    noise = {name: answer.take(rng.permutation(len(drawn))) for name, answer in answers.items()}
    hits = {"all tools": _hits(reasoner, drawn, answers)}
    hits["all tools and noise"] = _hits(reasoner, drawn, {**answers, "noise": noise["sasrec"]})
    for replaced in THREE:
        two = {name: answers[name] for name in THREE if name != replaced}
        hits[f"without {replaced}"] = _hits(reasoner, drawn, two)
        hits[f"noise for {replaced}"] = _hits(
            reasoner, drawn, {name: noise[name] if name == replaced else answers[name] for name in THREE}
        )
    return hits


def _hits(reasoner: VlmReasoner, asked: Asked, evidence: Mapping[str, Ranking]) -> float:
    found = reasoner.deliberate(asked.queries, HIT_AT, evidence)
    return float((found.items == asked.examples.targets[:, None]).any(axis=1).mean())
