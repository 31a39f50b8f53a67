from __future__ import annotations

import numpy as np
import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("recbole")

import rr_tools  # noqa: E402
from rr_tools import TrainingData  # noqa: E402
from rr_tools.recbole.bpr import ServedBpr  # noqa: E402
from rr_tools.recbole.config import BprConfig  # noqa: E402
from rr_tools.recbole.models import build_bpr  # noqa: E402


def test_unknown_and_untrained_users_get_the_mean_of_the_trained():
    model = build_bpr(BprConfig(embedding_size=4), n_users=4, n_items=6)
    scores = ServedBpr(model, np.array([0, 2]))(torch.tensor([0, 2, 1, -1, 99]))
    own = model.user_embedding.weight @ model.item_embedding.weight.T
    torch.testing.assert_close(scores[:2], own[[0, 2]])
    for row in (2, 3, 4):
        torch.testing.assert_close(scores[row], own[[0, 2]].mean(dim=0))


def test_groups_of_users_get_their_own_items(make_queries, tmp_path):
    rng = np.random.default_rng(0)
    rows = [rng.choice(10, 6, replace=False) + 10 * (user % 2) for user in range(60)]
    data = TrainingData(items=np.concatenate(rows), offsets=np.arange(61) * 6, n_items=20)
    config = {"embedding_size": 8, "batch_size": 64, "epochs": 20, "learning_rate": 0.02}
    tool = rr_tools.load_tool(rr_tools.train("bpr", data, out=tmp_path / "tool", config=config))
    ranking = tool.rank(make_queries([row.tolist() for row in rows[:2]], users=[0, 1]), 4)
    assert (ranking.items[0] < 10).all()
    assert (ranking.items[1] >= 10).all()
