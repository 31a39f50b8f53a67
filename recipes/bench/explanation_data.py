"""The data on which explainers are measured: a prepared dataset, or JSON lines with who got what explained."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import numpy as np

from rr_tools import ExplanationData

SHARES = (8, 1, 1)  # of training, validation and test rows


def name_of(path: Path) -> str:
    """Return what a data set is called: its file or folder without endings."""
    return path.name.split(".")[0]


def explanation_data(path: Path, *, split_seed: int) -> ExplanationData:
    """Read a prepared dataset (a folder) with its own split, or JSON lines (a file), split 8:1:1 by a seed.

    A line holds `user_summary`, `title`, `item_summary` and `explanation`: every distinct text of a user and of an item
    becomes a code, and ratings are unknown.
    """
    if path.is_dir():
        return ExplanationData.from_prepared(path)
    rows = json_lines(path)
    users, n_users = _codes([row["user_summary"] for row in rows])
    items, n_items = _codes([(row["title"], row["item_summary"]) for row in rows])
    parts = np.repeat(np.arange(len(SHARES)), np.diff(_bounds(len(rows))))
    return ExplanationData(
        users=users,
        items=items,
        texts=[row["explanation"] for row in rows],
        parts=np.random.default_rng(split_seed).permutation(parts),
        n_users=n_users,
        n_items=n_items,
    )


def json_lines(path: Path) -> list[dict[str, Any]]:
    """Read one JSON object a line, packed with gzip where the name ends so."""
    content = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    return [json.loads(line) for line in content.splitlines()]


def _bounds(size: int) -> list[int]:
    return [0, *(size * sum(SHARES[:end]) // sum(SHARES) for end in range(1, len(SHARES) + 1))]


def _codes(texts: list[Any]) -> tuple[Any, int]:
    """Return [N] the code of each text, in the order of their first appearance, and how many there are."""
    codes: dict[Any, int] = {}
    return np.array([codes.setdefault(text, len(codes)) for text in texts], dtype=np.int64), len(codes)
