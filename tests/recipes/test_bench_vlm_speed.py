"""The bench `vlm-speed`: the identifiers of the beam search, and the page."""

from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("trl")

from recipes.bench.vlm_beams import CODES, LEVELS, below, identifiers
from recipes.bench.vlm_speed import page, with_candidates
from rr_planner import QueryBatch


def test_every_path_of_the_trie_is_an_identifier() -> None:
    trie = identifiers(50)
    paths = [[]]
    for _ in range(LEVELS):
        paths = [[*path, token] for path in paths for token in below(trie, path)]
    assert 45 < len(paths) <= 50
    assert all(0 <= token < CODES for path in paths for token in path)
    assert all(not below(trie, path) for path in paths)


def test_candidates_are_items_and_distinct() -> None:
    asked = QueryBatch.of(users=[0, 1], histories=[[1], [2]], evidence_horizon=[0.0, 1.0])
    candidates = with_candidates(asked, 150, np.random.default_rng(0)).candidates
    assert candidates.shape == (2, 100)
    assert all(len(set(row)) == 100 for row in candidates.tolist())


def test_the_page_compares_in_one_run() -> None:
    figures = {"one pass": 200.0, "beam search": 8.0, "shared beginning": 20.0, "one prompt a candidate": 2.0}
    figures |= {"largest difference": 1e-7, "step": 0.5, "sampler": 0.0005, "load embedded": 0.5}
    figures |= {"int8": 220.0, "same first item": 0.9}
    text = page(figures, 1000, 2, "nox -s bench -- vlm-speed")
    assert "| 200.00 users/s (one pass) | 8.00 users/s (beam search) | 25.0 |" in text
    assert "in 500 us, 0.100% of the 0.50 s" in text
    assert "it ranks 220 users/s and puts the same item first for 90% of the users." in text
    assert "smol" not in text
    assert "`smol` loads in 1.00 s" in page({**figures, "load smol": 1.0}, 1000, 2, "")
