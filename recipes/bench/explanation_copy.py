"""Explaining without a model: say again what the user said before."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from rr_tools import ExplanationData
from rr_tools.explanation.explanation_data import TRAIN


def copied_texts(data: ExplanationData, rows: NDArray[np.int64]) -> list[str]:
    """Return each row's user's last training text, the most frequent training text for users without one."""
    trained = np.flatnonzero(data.parts == TRAIN)
    common = Counter(data.texts[row] for row in trained).most_common(1)[0][0]
    last = {data.users[row]: data.texts[row] for row in trained}
    return [last.get(data.users[row], common) for row in rows]


def said_before(data: ExplanationData, rows: Sequence[int] | NDArray[np.int64]) -> float:
    """Return the share of rows whose text stands, word for word, among the same user's training texts."""
    trained = np.flatnonzero(data.parts == TRAIN)
    known = {(data.users[row], data.texts[row].lower()) for row in trained}
    return float(np.mean([(data.users[row], data.texts[row].lower()) in known for row in rows]))
