from __future__ import annotations

import numpy as np
import pytest
from scipy import sparse

torch = pytest.importorskip("torch")
pytest.importorskip("recbole")

from rr_tools import TrainingData  # noqa: E402
from rr_tools.recbole.config import LightGcnConfig  # noqa: E402
from rr_tools.recbole.lightgcn import LightGcnNetwork, normalized_graph  # noqa: E402


def test_an_edge_is_divided_by_the_roots_of_its_ends_degrees():
    taken = sparse.csr_array(np.array([[1.0, 1.0, 0.0], [0.0, 1.0, 0.0]]))
    graph = normalized_graph(taken).to_dense()
    expected = torch.zeros(5, 5)
    expected[0, 2] = 1 / np.sqrt(2)  # user 0 has two edges, item 0 one
    expected[0, 3] = 1 / 2
    expected[1, 3] = 1 / np.sqrt(2)
    torch.testing.assert_close(graph, expected + expected.T)


def test_vectors_are_means_over_the_steps_along_the_graph():
    data = TrainingData(items=[0, 1, 1], offsets=[0, 2, 3], n_items=3)
    network = LightGcnNetwork(LightGcnConfig(embedding_size=4, n_layers=2), data)
    start = torch.cat([network.model.user_embedding.weight, network.model.item_embedding.weight])
    graph = network.model.norm_adj_matrix.to_dense()
    expected = (start + graph @ start + graph @ graph @ start) / 3
    served = network.served(np.array([0, 1]))
    torch.testing.assert_close(served.users[:2], expected[:2])
    torch.testing.assert_close(served.items, expected[2:])


def test_the_loss_has_a_gradient_for_neighbours_too():
    data = TrainingData(items=[0, 1, 1, 2], offsets=[0, 2, 4], n_items=4)
    network = LightGcnNetwork(LightGcnConfig(embedding_size=4, n_layers=3, regularization=0.0), data)
    network.loss(torch.tensor([0]), torch.tensor([0]), torch.tensor([3])).backward()
    assert network.model.item_embedding.weight.grad[2].abs().sum() > 0  # three steps from user 0
