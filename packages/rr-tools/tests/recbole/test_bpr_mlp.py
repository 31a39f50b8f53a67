from __future__ import annotations

import numpy as np
import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("recbole")

from rr_tools.recbole.bpr_mlp import BprMlpNetwork  # noqa: E402
from rr_tools.recbole.config import BprMlpConfig  # noqa: E402


def test_what_is_served_scores_as_the_network_does(ring):
    network = BprMlpNetwork(BprMlpConfig(embedding_size=6, hidden_size=19), ring).eval()  # 19: no multiple of 8
    served = network.served(np.arange(ring.n_users))
    users = torch.tensor([0, 7, 7])
    everything = torch.arange(ring.n_items)
    expected = torch.stack([network.scores(user.expand(ring.n_items), everything) for user in users])
    torch.testing.assert_close(served(users), expected)


def test_the_loss_falls_when_what_was_taken_scores_more(ring):
    network = BprMlpNetwork(BprMlpConfig(embedding_size=6, hidden_size=8, dropout=0.0), ring)
    users, items, negatives = torch.tensor([0, 1]), torch.tensor([2, 3]), torch.tensor([4, 5])
    ahead = network.scores(users, items) - network.scores(users, negatives)
    torch.testing.assert_close(network.loss(users, items, negatives), -ahead.sigmoid().log().mean())
