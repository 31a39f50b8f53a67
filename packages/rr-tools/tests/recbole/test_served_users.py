from __future__ import annotations

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from rr_tools.recbole.served_users import ServedVectors, with_everybody  # noqa: E402


def test_unknown_and_untrained_users_get_the_mean_of_the_trained():
    users, items = torch.randn(4, 3), torch.randn(6, 3)
    scores = ServedVectors(with_everybody(users, np.array([0, 2])), items)(torch.tensor([0, 2, 1, -1, 99]))
    torch.testing.assert_close(scores[:2], users[[0, 2]] @ items.T)
    for row in (2, 3, 4):
        torch.testing.assert_close(scores[row], users[[0, 2]].mean(dim=0) @ items.T)
