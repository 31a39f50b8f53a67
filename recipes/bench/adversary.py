"""One adversarial tool of three: what it does to the ways in which the planner combines answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from recipes.bench.tool_answers import Asked, codes, list_ranks
from rr_planner import Ranking, fit_fusion, majority_vote, reciprocal_rank_fusion

HONEST = ("item-transition", "sasrec")
THIRD = "text-knn"  # the tool that is replaced
LONGEST = 10
Ranks = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Lies:
    """Places of N test items in the lists that came of two honest tools and a third one.

    Attributes:
        alone: of the two honest tools and the third.
        combined: by way of combining.
    """

    alone: Mapping[str, Ranks]
    combined: Mapping[str, Ranks]


def adversary(
    learned_from: Asked, test: Asked, catalogue: Mapping[str, NDArray[np.float64]], *, depth: int, reach: int
) -> Lies:
    """Let the third tool answer with the best list of another user, as sure as its owner: at once, or after the fit."""
    known, asked = _lied(learned_from, seed=0), _lied(test, seed=1)
    honest = _three(learned_from)
    truth = test.examples.targets
    answers = [Ranking(one.items[:, :depth], one.scores[:, :depth]) for one in asked.answers.values()]
    combined = {
        "majority vote": majority_vote(answers, LONGEST),
        "reciprocal ranks": reciprocal_rank_fusion(answers, LONGEST),
    }
    for name, seen in (("learned fusion", known), ("learned fusion, the tool turned after its fit", honest)):
        fit = fit_fusion(
            seen.answers, seen.queries, seen.examples.targets, catalogue=catalogue, depth=depth, reach=reach, seed=0
        )
        combined[name] = fit.fusion.fuse(asked.answers, asked.queries, LONGEST)
    return Lies(_places(asked.answers, truth), _places(combined, truth))


def _three(asked: Asked) -> Asked:
    return replace(asked, answers={name: asked.answers[name] for name in (*HONEST, THIRD)})


def _lied(asked: Asked, seed: int) -> Asked:
    others = np.random.default_rng(seed).permutation(len(asked))
    return replace(asked, answers={**_three(asked).answers, THIRD: asked.answers["sasrec"].take(others)})


def _places(answers: Mapping[str, Ranking], truth: NDArray[np.int64]) -> dict[str, Ranks]:
    return {name: list_ranks(codes(answer), truth) for name, answer in answers.items()}
