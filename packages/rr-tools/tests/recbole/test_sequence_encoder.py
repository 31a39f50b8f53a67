from __future__ import annotations

import numpy as np
import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("recbole")

from rr_tools.recbole.sasrec import SasRecEncoder  # noqa: E402
from rr_tools.recbole.sequence_encoder import ServedSequence, causal_mask  # noqa: E402
from rr_tools.recbole.sequential_config import SasRecConfig  # noqa: E402

CONFIG = SasRecConfig(hidden_size=16, max_length=4)


def test_the_served_network_scores_items_by_code(ring):
    encoder = SasRecEncoder(CONFIG, ring)
    popularity = np.ones(ring.n_items, dtype=np.int64)
    popularity[0] = 4
    served = ServedSequence(encoder, popularity).eval()
    scores = served(torch.tensor([[0, 3, -1, -1], [-1, -1, -1, -1]]))
    hidden = encoder.model(torch.tensor([[1, 4, 0, 0]]), torch.tensor([2]))
    torch.testing.assert_close(scores[0], (hidden @ encoder.model.item_embedding.weight.T)[0, 1:])
    assert scores[1].argmax() == 0  # an empty history gets the most popular
    torch.testing.assert_close(scores[1].exp().sum(), torch.tensor(1.0))


def test_a_position_sees_none_after_it():
    assert (causal_mask(3) == 0).tolist() == [[True, False, False], [True, True, False], [True, True, True]]


def test_items_read_from_features_follow_them_and_can_be_frozen(ring):
    encoder = SasRecEncoder(CONFIG, ring)
    features = np.array(ring.features)
    features[5] = features[7]
    encoder.read_items_from(features)
    vectors = encoder.item_vectors()
    assert torch.equal(vectors[5], vectors[7])
    assert not torch.equal(vectors[5], vectors[6])
    rows = torch.tensor([[6, 2, 0, 0]])
    before = encoder.eval().states(rows)
    encoder.freeze_items()
    torch.testing.assert_close(encoder.item_vectors(), vectors)
    torch.testing.assert_close(encoder.states(rows), before)
    assert type(encoder.model.item_embedding) is torch.nn.Embedding
