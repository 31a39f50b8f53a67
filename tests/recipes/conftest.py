"""Small datasets that more than one bench is tried on."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest


@pytest.fixture
def write_ring(tmp_path: Path) -> Callable[..., Path]:
    """Write a folder as `amazon-beauty` is: users who walk seven steps round a ring of items."""

    def write(*, items: int, users: int) -> Path:
        folder = tmp_path / "ring"
        folder.mkdir()
        rng = np.random.default_rng(0)
        walks = [(rng.integers(items) + np.arange(7)) % items + 1 for _ in range(users)]
        lines = [" ".join(map(str, [user, *walk])) for user, walk in enumerate(walks, start=1)]
        (folder / "sequences.txt").write_text("\n".join(lines) + "\n")
        titles = "".join(f"{item}\tB{item}\ttitle {item}\n" for item in range(1, items + 1))
        (folder / "items.tsv").write_text("item_id\tasin\ttitle\n" + titles)
        (folder / "item_attributes.json").write_text(json.dumps({str(item): [item % 3] for item in range(1, items)}))
        return folder

    return write
