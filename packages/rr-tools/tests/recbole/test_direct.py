from __future__ import annotations

import numpy as np
import pytest

torch = pytest.importorskip("torch")

pytest.importorskip("recbole")

import rr_tools  # noqa: E402
from rr_tools import ConfigError, TrainingData  # noqa: E402
from rr_tools.recbole.config import BprConfig  # noqa: E402
from rr_tools.recbole.direct import training_pairs  # noqa: E402
from rr_tools.recbole.negatives import NegativeSampler  # noqa: E402


def test_an_epoch_has_every_interaction_once_with_an_item_that_its_user_did_not_take(ring):
    batches = list(training_pairs(ring, NegativeSampler.of(ring), 64, np.random.default_rng(0)))
    users, items, negatives = (torch.cat(column).numpy() for column in zip(*batches, strict=True))
    assert max(len(batch[0]) for batch in batches) == 64
    pairs = sorted(zip(users.tolist(), items.tolist(), strict=True))
    assert pairs == sorted(zip(ring.users.tolist(), ring.items.tolist(), strict=True))
    for user, negative in zip(users, negatives, strict=True):
        assert negative not in ring.sequence(user)


def test_who_took_everything_has_no_pairs():
    data = TrainingData(items=[0, 1, 0], offsets=[0, 2, 3], n_items=2)
    ((users, items, negatives),) = training_pairs(data, NegativeSampler.of(data), 9, np.random.default_rng(0))
    assert (users.tolist(), items.tolist(), negatives.tolist()) == ([1], [0], [1])


def test_early_stopping_asks_for_the_catalogue_or_for_candidates(ring, tmp_path):
    def scores(**options):
        seen = []
        config = {"embedding_size": 4, "epochs": 2, **options}
        rr_tools.train("bpr", ring, out=tmp_path / "tool", config=config, watch=lambda _, score: seen.append(score))
        return seen

    catalogue, two = scores(), scores(validation_candidates=2)
    assert min(two) > 0.6 > max(catalogue)  # the worst of two places gives 1 / log2(3)


def test_one_candidate_is_nothing_to_rank():
    with pytest.raises(ConfigError, match="validation_candidates is 1"):
        BprConfig(validation_candidates=1)
