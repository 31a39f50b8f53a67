from __future__ import annotations

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from rr_tools.recbole.served_users import ServedPerceptron, ServedVectors, with_everybody  # noqa: E402


def test_unknown_and_untrained_users_get_the_mean_of_the_trained():
    users, items = torch.randn(4, 3), torch.randn(6, 3)
    scores = ServedVectors(with_everybody(users, np.array([0, 2])), items)(torch.tensor([0, 2, 1, -1, 99]))
    torch.testing.assert_close(scores[:2], users[[0, 2]] @ items.T)
    for row in (2, 3, 4):
        torch.testing.assert_close(scores[row], users[[0, 2]].mean(dim=0) @ items.T)


@pytest.mark.parametrize("network", ["vectors", "perceptron"])
def test_pairs_score_as_in_the_whole_catalogue(network):
    users, items = torch.randn(5, 12), torch.randn(7, 12)
    served = ServedVectors(users, items) if network == "vectors" else ServedPerceptron(users, items, torch.randn(12))
    codes, some = torch.tensor([0, 3, 99]), torch.tensor([[6, 0], [2, 2], [1, 5]])
    torch.testing.assert_close(served.pair_scores(codes, some), served(codes).gather(1, some))
