from __future__ import annotations

import math

import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("lightning")

from rr_tools.ctr.config import CtrConfig  # noqa: E402
from rr_tools.ctr.lightning_module import CtrModule  # noqa: E402
from rr_tools.layers.embeddings import FieldEmbedding  # noqa: E402
from rr_tools.layers.row_layout import RowLayout  # noqa: E402
from rr_tools.runtime.feature_rows import Field  # noqa: E402


class Sum(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.embedding = FieldEmbedding(RowLayout((Field("user", 3), Field("item", 3)), None), 2)
        self.output = torch.nn.Linear(2, 1)

    def forward(self, rows):
        return self.output(self.embedding(rows).sum(dim=1)).squeeze(1)


def test_only_the_fields_vectors_decay():
    module = CtrModule(Sum(), CtrConfig(embedding_decay=0.25, learning_rate=0.5))
    tables, others = module.configure_optimizers().param_groups
    assert (tables["weight_decay"], others["weight_decay"]) == (0.25, 0)
    assert [weight.shape for weight in tables["params"]] == [(6, 2)]
    assert len(others["params"]) == 2


def test_the_loss_is_the_mean_over_batches():
    module = CtrModule(Sum(), CtrConfig())
    torch.nn.init.zeros_(module.network.output.weight)
    torch.nn.init.zeros_(module.network.output.bias)
    rows, labels = torch.zeros(4, 2, dtype=torch.int64), torch.tensor([0.0, 1.0, 1.0, 0.0])
    assert module.training_step((rows, labels), 0).item() == pytest.approx(math.log(2))
    module.training_step((rows, labels), 1)
    assert module.loss == pytest.approx(math.log(2))
    module.on_train_epoch_start()
    assert module.loss == 0.0


def test_all_validation_batches_are_scored_together():
    module = CtrModule(Sum(), CtrConfig())
    for codes, label in ((0, 0.0), (1, 1.0)):
        module.validation_step((torch.full((1, 2), codes), torch.tensor([label])), 0)
    with torch.no_grad():
        module.on_validation_epoch_end()
    assert module.score.rows == 2
