from __future__ import annotations

import numpy as np
import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("lightning")

from rr_tools import CtrData  # noqa: E402
from rr_tools.ctr.datamodule import CtrDataModule  # noqa: E402
from rr_tools.ctr.fields import Fields  # noqa: E402


@pytest.fixture
def rows(ring):
    data = CtrData.of(ring)
    clicks = data.clicks_or_drawn(negatives=2, seed=0)
    rng = np.random.default_rng(0)
    return CtrDataModule(data, clicks, Fields.of(data, recent=2), batch_size=50, rng=rng)


def test_an_epoch_has_every_row_once_in_a_new_order(rows):
    loader = rows.train_dataloader()
    first, second = (list(loader) for _ in range(2))
    assert len(first) == len(loader) == -(-len(rows.train_rows) // 50)
    assert first[0][0].dtype == torch.int64
    labels = torch.cat([labels for _, labels in first])
    assert sorted(labels.tolist()) == sorted(rows.train_rows.labels.tolist())
    assert not torch.equal(first[0][0], second[0][0])


def test_validation_rows_come_in_order(rows):
    ((batch, labels),) = list(rows.val_dataloader())
    assert torch.equal(batch, rows.validation_rows.rows.long())
    assert torch.equal(labels, rows.validation_rows.labels)
