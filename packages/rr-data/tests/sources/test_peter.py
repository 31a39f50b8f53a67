from __future__ import annotations

import pickle
from pathlib import Path

import pytest

from rr_data.errors import UnreadableSourceError
from rr_data.sources.peter import Peter

ROWS = [
    {"user": "u1", "item": "a", "rating": 5, "template": ("taste", "good", "the taste is good", 1), "text": "Hm\nYes"},
    {"user": "u1", "item": "b", "rating": 2.5},
    {"user": 7, "item": "a", "rating": 1,
     "sentence": [("size", "small", "a small size", -1), ("size", "", "what a size", 1), ("x", "y", "z", 3)]},
    {"item": "a"},
    "nothing",
    {"user": "u1", "item": "c", "rating": "five"},
]  # fmt: skip


def test_read(tmp_path: Path) -> None:
    (tmp_path / "reviews.pickle").write_bytes(pickle.dumps(ROWS))
    raw = Peter().read([tmp_path])
    assert raw.interactions.rows() == [
        ("u1", "a", None, 5.0, 0, 1),
        ("u1", "b", None, 2.5, 0, 2),
        ("7", "a", None, 1.0, 0, 3),
    ]
    assert raw.explanations is not None
    assert raw.explanations.rows() == [
        (0, 1, "taste", "good", "the taste is good", 1),
        (0, 3, "size", "small", "a small size", -1),
        (0, 3, "size", None, "what a size", 1),
    ]
    assert raw.reviews is not None
    assert raw.reviews.rows() == [(0, 1, "Hm", "Yes")]
    assert raw.rejected.select("line", "reason").rows() == [
        (3, "an explanation that is not (feature, opinion, sentence, -1 or 1)"),
        (4, "no user"),
        (5, "a str; expected a dict"),
        (6, "rating: not a number"),
    ]


def test_refused(tmp_path: Path) -> None:
    with pytest.raises(UnreadableSourceError, match=r"reviews.pickle: cannot be read"):
        Peter().read([tmp_path])
    (tmp_path / "reviews.pickle").write_bytes(pickle.dumps({"user": 1}))
    with pytest.raises(UnreadableSourceError, match="holds a dict"):
        Peter().read([tmp_path])
    with pytest.raises(UnreadableSourceError, match="received 0 paths"):
        Peter().read([])
