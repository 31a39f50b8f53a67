"""Explaining without a model: say again what the user said before."""

from __future__ import annotations

from collections import Counter

from rr_tools import ExplanationData


def copied_texts(data: ExplanationData) -> list[str]:
    """Return, for each test row, its user's last training text; the most frequent one for users without any."""
    trained = data.rows("train")
    common = Counter(data.texts[row] for row in trained).most_common(1)[0][0]
    last = {data.users[row]: data.texts[row] for row in trained}
    return [last.get(data.users[row], common) for row in data.rows("test")]


def said_before(data: ExplanationData) -> float:
    """Return the share of test rows whose text stands, word for word, among the same user's training texts."""
    known = {(data.users[row], data.texts[row].lower()) for row in data.rows("train")}
    asked = data.rows("test")
    return sum((data.users[row], data.texts[row].lower()) in known for row in asked) / len(asked)


def never_seen(data: ExplanationData) -> tuple[float, float]:
    """Return the shares of test rows whose user, and whose item, no training text has."""
    trained, asked = data.rows("train"), data.rows("test")
    shares = []
    for codes in (data.users, data.items):
        known = set(codes[trained].tolist())
        shares.append(sum(int(code) not in known for code in codes[asked]) / len(asked))
    return shares[0], shares[1]
