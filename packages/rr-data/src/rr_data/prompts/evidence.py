"""Honest evidence: tool answers as they will be on new queries, and the thoughts that follow from them.

Answers must come from tools that never saw the query's target (folds over users, or tools trained on sequences cut one
item earlier). Noise (`EvidenceNoise`) may then drop some and swap some.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from rr_data.errors import DishonestEvidenceError, EvidenceError, OptionError
from rr_data.prompts.evidence_noise import checked_answers
from rr_data.prompts.rate_gap import gap_at_least
from rr_data.prompts.trace import CONFIDENCE_BINS, Trace

_RRF_CONSTANT: Final = 60  # Cormack, Clarke and Buettcher, SIGIR 2009


def build_traces(
    answers: Mapping[str, NDArray[Any]], targets: ArrayLike, eh_levels: ArrayLike, *, usable_at: int = 5
) -> list[Trace]:
    """The thought of each query, from the answers as they are shown in its prompt.

    - A tool is usable where the target is among its first `usable_at` items.
    - The evidence is the first item of the answers' reciprocal-rank fusion: from the answers, never from the target.
    - The confidence bin is floor(10 * gain), at most 9, with gain = 1 / log2(1 + r) for the target's rank r in that
      fusion (middle of its tie group), and 0 where it is absent. The expected bin is then the expected NDCG of the
      tools' consensus: a calibrated statement.

    Args:
        answers: [N, k] item codes by tool, best first, -1 where short; all -1 for a tool without an answer.
        targets: [N] item codes.
        eh_levels: [N] 0, 1 or 2.
        usable_at: how many of a tool's first items count.

    Returns:
        N traces, tools in the order of `answers`.

    Raises:
        EvidenceError: answers, targets and levels of different lengths.
        OptionError: `usable_at` below 1.

    Example:
        >>> answers = {"sasrec": np.array([[4, 7]]), "bpr": np.array([[7, 9]])}
        >>> build_traces(answers, [7], [2], usable_at=1)[0]
        Trace(eh_level=2, confidence_bin=9, tools=(('sasrec', False), ('bpr', True)), evidence=(7,))
    """
    if usable_at < 1:
        raise OptionError("usable_at", usable_at, "at least 1")
    wanted, levels = np.asarray(targets), np.asarray(eh_levels)
    shown = checked_answers(answers)
    lengths = {len(wanted), len(levels), *(len(answer) for answer in shown.values())}
    if len(lengths) > 1:
        raise EvidenceError(f"answers, targets, eh_levels: received lengths {sorted(lengths)}; expected one length")
    usable = {name: (answer[:, :usable_at] == wanted[:, None]).any(axis=1) for name, answer in shown.items()}
    traces = []
    for query, target in enumerate(wanted.tolist()):
        fusion = _fuse([answer[query].tolist() for answer in shown.values()])
        traces.append(
            Trace(
                eh_level=int(levels[query]),
                confidence_bin=min(int(CONFIDENCE_BINS * _gain(fusion, target)), CONFIDENCE_BINS - 1),
                tools=tuple((name, bool(flags[query])) for name, flags in usable.items()),
                evidence=(max(fusion, key=fusion.__getitem__),) if fusion else (),
            )
        )
    return traces


def check_honest(
    train_hit_rate: float,
    validation_hit_rate: float,
    max_gap: float = 0.2,
    *,
    n_train: int | None = None,
    n_validation: int | None = None,
) -> None:
    """Refuse traces whose tools do better there than on new queries.

    With both numbers of queries chance is allowed for, see `gap_at_least`; queries then count as independent draws.
    Where users have several queries each, `honesty_gaps` knows better.

    Args:
        train_hit_rate: a tool's hit rate on the queries of the traces, before any noise.
        validation_hit_rate: its hit rate on validation queries, at the same cut-off.
        max_gap: how much higher the first may be, relative to the second.
        n_train: the number of queries behind the first rate.
        n_validation: the number behind the second.

    Raises:
        DishonestEvidenceError: the gap is larger; with numbers: larger beyond doubt.
        EvidenceError: a rate outside [0, 1], a number below 1, or only one number.

    Example:
        >>> check_honest(0.055, 0.050)
        >>> check_honest(0.10, 0.05, n_train=100, n_validation=100)  # 10 hits against 5: chance
    """
    for name, rate in (("train_hit_rate", train_hit_rate), ("validation_hit_rate", validation_hit_rate)):
        if not 0 <= rate <= 1:
            raise EvidenceError(f"{name}: received {rate}; expected a rate in [0, 1]")
    if (n_train is None) != (n_validation is None):
        raise EvidenceError("n_train, n_validation: received one of them; expected both or neither")
    if n_train is None or n_validation is None:
        too_large, beyond = train_hit_rate > validation_hit_rate * (1 + max_gap), ""
    else:
        least = gap_at_least(train_hit_rate, n_train, validation_hit_rate, n_validation)
        too_large, beyond = least > max_gap, f" beyond chance (at least {least:.0%})"
    if too_large:
        raise DishonestEvidenceError(
            f"the tool hits {train_hit_rate:.4f} inside the traces and {validation_hit_rate:.4f} on validation, a gap "
            f"over {max_gap:.0%}{beyond}; answer training queries with tools that never saw their targets"
        )


def _fuse(rankings: list[list[int]]) -> dict[int, float]:
    """Reciprocal-rank fusion; among equal scores the item met first comes first."""
    scores: dict[int, float] = {}
    for ranking in rankings:
        for rank, item in enumerate(ranking, start=1):
            if item >= 0:
                scores[item] = scores.get(item, 0.0) + 1 / (_RRF_CONSTANT + rank)
    return scores


def _gain(fusion: dict[int, float], target: int) -> float:
    if target not in fusion:
        return 0.0
    score = fusion[target]
    ahead = sum(other > score for other in fusion.values())
    tied = sum(other == score for other in fusion.values()) - 1
    return float(1 / np.log2(2 + ahead + tied / 2))
