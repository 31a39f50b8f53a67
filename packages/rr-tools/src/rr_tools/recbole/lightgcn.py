"""LightGCN: RecBole's network, with the graph made without what SciPy removed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from scipy import sparse  # type: ignore[import-untyped]  # SciPy ships no types
from torch import Tensor

from rr_tools.neighbors.interaction_matrix import interaction_matrix
from rr_tools.recbole.config import LightGcnConfig
from rr_tools.recbole.direct import DirectFit, PairwiseNetwork, direct_model
from rr_tools.recbole.models import FIELDS, Counts, recbole_class
from rr_tools.recbole.served_users import ServedVectors, with_everybody
from rr_tools.training_data import TrainingData


@dataclass(frozen=True, slots=True)
class CountsWithGraph(Counts):
    """What LightGCN asks its dataset, beside counts: who took what."""

    taken: sparse.csr_array

    def inter_matrix(self, form: str) -> Any:
        """Return [n_users, n_items] 1 where a user took an item."""
        return self.taken.asformat(form)


class LightGcnNetwork(PairwiseNetwork):
    """RecBole's LightGCN (He et al. 2020)."""

    def __init__(self, config: LightGcnConfig, data: TrainingData) -> None:
        """Build an untrained network."""
        super().__init__()
        self.model = build_lightgcn(config, data)

    def loss(self, users: Tensor, items: Tensor, negatives: Tensor) -> Tensor:
        """Return RecBole's loss: BPR and the norms of the vectors it starts from."""
        model = self.model
        loss: Tensor = model.calculate_loss({model.USER_ID: users, model.ITEM_ID: items, model.NEG_ITEM_ID: negatives})
        return loss

    def served(self, known_users: NDArray[np.int64]) -> ServedVectors:
        """Return the vectors as they are now, after their way along the graph."""
        users, items = self.model()
        return ServedVectors(with_everybody(users.detach(), known_users), items.detach().clone())


def build_lightgcn(config: LightGcnConfig, data: TrainingData) -> Any:
    """Build RecBole's LightGCN; neither users nor items have a padding row."""
    settings = {
        **FIELDS,
        "embedding_size": config.embedding_size,
        "n_layers": config.n_layers,
        "reg_weight": config.regularization,
        "require_pow": True,
    }
    counts = CountsWithGraph({"user": data.n_users, "item": data.n_items}, interaction_matrix(data))
    base = recbole_class("general_recommender.lightgcn", "LightGCN")
    # RecBole fills the graph with dok_matrix._update, which SciPy no longer has.
    own: Any = type("LightGCN", (base,), {"get_norm_adj_mat": lambda model: normalized_graph(model.interaction_matrix)})
    return own(settings, counts)


def normalized_graph(taken: Any) -> Tensor:
    """Return the graph of users and items, each edge divided by the roots of its ends' numbers of edges.

    Args:
        taken: [U, n_items] sparse, 1 where a user took an item.

    Returns:
        [U + n_items, U + n_items] sparse; users first.
    """
    upper = sparse.csr_array(taken)
    graph = sparse.block_array([[None, upper], [upper.T, None]], format="csr")
    degrees = np.maximum(np.asarray(graph.sum(axis=1)).ravel(), 1e-7)  # who has no edge has nothing to divide
    scale = sparse.diags_array(degrees**-0.5)
    edges = (scale @ graph @ scale).tocoo()
    places, values = np.stack([edges.row, edges.col]).astype(np.int64), edges.data.astype(np.float32)
    at, weights = torch.from_numpy(places), torch.from_numpy(values)
    made = torch.sparse_coo_tensor(at, weights, edges.shape, check_invariants=True)
    return made.coalesce()


def dot_product_flops(config: LightGcnConfig, n_items: int) -> float:
    """Return the cost of one product of a user's vector with every item's; the graph is passed before serving."""
    return 2.0 * config.embedding_size * n_items


MODEL = direct_model(
    LightGcnConfig, DirectFit(network_type=LightGcnNetwork, served_type=ServedVectors, flops=dot_product_flops)
)
