from __future__ import annotations

from rr_tools import TrainingData
from rr_tools.neighbors.interaction_matrix import interaction_matrix


def test_an_item_counts_once_and_the_sequences_keep_their_order():
    data = TrainingData(items=[3, 1, 3, 2, 0], offsets=[0, 3, 5], n_items=4)
    matrix = interaction_matrix(data)
    assert matrix.toarray().tolist() == [[0, 1, 0, 1], [1, 0, 1, 0]]
    assert data.items.tolist() == [3, 1, 3, 2, 0]
