"""Whether a trained explainer can be put in front of users: odd pairs get a text, and how fast ordinary ones do."""

from __future__ import annotations

import math
import time
from collections.abc import Sequence

import numpy as np

from rr_tools.errors import ServeError
from rr_tools.runtime.explainer import Explainer
from rr_tools.runtime.serve_check import BATCH, ServeReport, refuse_torch, report_of
from rr_tools.runtime.vocabulary import SPECIAL

ODD_PAIRS: Sequence[tuple[int, int, float, str | None]] = (
    (-1, 0, math.nan, "never heard of"),
    (10**9, -7, 99.0, None),
    (0, 10**12, -3.0, ""),
    (0, 0, math.nan, None),
)


def check_explaining(explainer: Explainer, *, queries: int = 200, seed: int = 0) -> ServeReport:
    """Ask for texts on odd pairs, then time ordinary ones.

    Args:
        explainer: a loaded explainer.
        queries: single pairs to time.
        seed: of the random pairs.

    Raises:
        ServeError: an answer breaks the contract, or torch was imported.
    """
    _check_odd_pairs(explainer)
    refuse_torch(explainer.name)
    rng = np.random.default_rng(seed)
    users = rng.integers(0, explainer.inputs.n_users, max(queries, BATCH))
    items = rng.integers(0, explainer.inputs.n_items, max(queries, BATCH))
    times = np.empty(queries)
    for row in range(queries):
        started = time.perf_counter()
        explainer.explain(users[row : row + 1], items[row : row + 1])
        times[row] = time.perf_counter() - started
    started = time.perf_counter()
    explainer.explain(users[:BATCH], items[:BATCH])
    return report_of(times, batch_seconds=time.perf_counter() - started)


def check_texts(texts: Sequence[str], pairs: int) -> None:
    """Check the form of an answer to so many pairs.

    Raises:
        ServeError: another number of texts, an empty one, or one with a special word.
    """
    if len(texts) != pairs:
        raise ServeError(f"{pairs} pairs got {len(texts)} texts")
    for row, text in enumerate(texts):
        if not text or any(special in text for special in SPECIAL):
            raise ServeError(f"pair {row} is explained with {text!r}")


def _check_odd_pairs(explainer: Explainer) -> None:
    users, items, ratings, features = (list(column) for column in zip(*ODD_PAIRS, strict=True))
    texts = explainer.explain(users, items, ratings, features)
    check_texts(texts, len(ODD_PAIRS))
    check_texts(explainer.explain([], []), 0)
    for (user, item, rating, feature), text in zip(ODD_PAIRS, texts, strict=True):
        alone = explainer.explain([user], [item], [rating], [feature])
        if alone != [text]:
            raise ServeError(f"user {user} and item {item} get {text!r} among others and {alone[0]!r} alone")
