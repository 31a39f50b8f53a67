"""Item-transition neighbours against a brute-force oracle that follows the definition word by word."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rr_tools import TrainingData, load_tool, train
from rr_tools.neighbors.item_transition import normalize_symmetrically, transition_counts

N_ITEMS = 6
sequences = st.lists(st.lists(st.integers(0, N_ITEMS - 1), max_size=9), min_size=1, max_size=5).filter(any)


def to_data(lists):
    return TrainingData(
        items=np.array([item for sequence in lists for item in sequence], dtype=np.int64),
        offsets=np.cumsum([0, *map(len, lists)]),
        n_items=N_ITEMS,
    )


def oracle_matrix(lists, window=5, backward=0.5):
    counts = np.zeros((N_ITEMS, N_ITEMS))
    for sequence in lists:
        for place, item in enumerate(sequence):
            for gap in range(1, window + 1):
                if place + gap < len(sequence):
                    later = sequence[place + gap]
                    counts[item, later] += 1 / gap
                    counts[later, item] += backward / gap
    rows, columns = counts.sum(axis=1), counts.sum(axis=0)
    scale = np.sqrt(np.outer(rows, columns))
    return counts, np.divide(counts, scale, out=np.zeros_like(counts), where=scale > 0)


def oracle_scores(lists, history, last=10, decay=0.7):
    _, matrix = oracle_matrix(lists)
    scores = np.zeros(N_ITEMS)
    for age, item in enumerate(reversed(history[-last:])):
        scores += decay**age * matrix[item]
    if not scores.any():
        flat = [item for sequence in lists for item in sequence]
        scores = np.bincount(flat, minlength=N_ITEMS) / len(flat)
    scores[list(set(history))] = -np.inf
    return scores


@given(sequences)
@settings(max_examples=60, deadline=None)
def test_counts_and_normalisation(lists):
    counts, matrix = oracle_matrix(lists)
    ours = transition_counts(to_data(lists), window=5, backward=0.5)
    np.testing.assert_allclose(ours.toarray(), counts, atol=1e-12)
    np.testing.assert_allclose(normalize_symmetrically(ours).toarray(), matrix, atol=1e-12)


@pytest.mark.parametrize("seed", range(8))
def test_served_scores(seed, make_queries, tmp_path):
    rng = np.random.default_rng(seed)
    lists = [rng.integers(0, N_ITEMS, rng.integers(1, 15)).tolist() for _ in range(seed + 1)]
    tool = load_tool(train("item-transition", to_data(lists), out=tmp_path / "tool"))
    histories = [[], [5], [0, 1], rng.integers(0, 2, 14).tolist(), *lists]
    expected = [oracle_scores(lists, history) for history in histories]
    np.testing.assert_allclose(tool.scores(make_queries(histories)), expected, rtol=1e-5, atol=1e-7)


def test_a_window_longer_than_any_sequence(tmp_path):
    counts = transition_counts(to_data([[0, 1]]), window=50, backward=0.0)
    assert counts.toarray().sum() == 1.0


def test_operations_are_counted_by_popularity(tmp_path):
    # Items 0 and 1 are each other's only neighbour, so a history of ten items costs ten rows of one entry.
    tool = load_tool(train("item-transition", to_data([[0, 1], [0, 1]]), out=tmp_path / "tool"))
    assert tool.flops_per_query == 2 * 10 * 1
