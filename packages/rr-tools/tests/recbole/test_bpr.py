from __future__ import annotations

import numpy as np
import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("recbole")

import rr_tools  # noqa: E402
from rr_tools import TrainingData  # noqa: E402
from rr_tools.recbole.bpr import BprNetwork  # noqa: E402
from rr_tools.recbole.config import BprConfig  # noqa: E402


def test_the_loss_is_that_of_the_served_scores(ring):
    network = BprNetwork(BprConfig(embedding_size=4), ring)
    users, items, negatives = torch.tensor([0, 3]), torch.tensor([1, 2]), torch.tensor([5, 6])
    scores = network.served(np.arange(ring.n_users))(users)
    ahead = scores.gather(1, items[:, None]) - scores.gather(1, negatives[:, None])
    torch.testing.assert_close(network.loss(users, items, negatives), -ahead.sigmoid().log().mean())


def test_groups_of_users_get_their_own_items(make_queries, tmp_path):
    rng = np.random.default_rng(0)
    rows = [rng.choice(10, 6, replace=False) + 10 * (user % 2) for user in range(60)]
    data = TrainingData(items=np.concatenate(rows), offsets=np.arange(61) * 6, n_items=20)
    config = {"embedding_size": 8, "batch_size": 64, "epochs": 20, "learning_rate": 0.02}
    for name in ("bpr", "bpr-mlp", "lightgcn"):
        tool = rr_tools.load_tool(rr_tools.train(name, data, out=tmp_path / name, config=config))
        ranking = tool.rank(make_queries([row.tolist() for row in rows[:2]], users=[0, 1]), 4)
        assert (ranking.items[0] < 10).all(), name
        assert (ranking.items[1] >= 10).all(), name
