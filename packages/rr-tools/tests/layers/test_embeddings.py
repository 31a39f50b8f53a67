from __future__ import annotations

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from rr_tools.layers.embeddings import FieldEmbedding  # noqa: E402
from rr_tools.layers.row_layout import RowLayout  # noqa: E402
from rr_tools.runtime.feature_rows import Field  # noqa: E402

FIELDS = (Field("user", 4), Field("recent", 6, 2, shares="item"), Field("item", 6), Field("categories", 3, 2))
FEATURES = np.arange(18, dtype=np.float32).reshape(6, 3)
ROWS = torch.tensor([[1, 2, 0, 5, 1, 2], [3, 0, 0, 2, 0, 0]])


def table(embedding):
    """The rows of the table by field, and the vectors of empty sets."""
    weight = embedding.table.weight.detach()
    return {"user": weight[:4], "item": weight[4:10], "categories": weight[10:13], "empty": weight[13:]}


def test_vectors_by_hand():
    embedding = FieldEmbedding(RowLayout(FIELDS, FEATURES), 5, deviation=1.0)
    found, own = embedding(ROWS).detach(), table(embedding)
    assert found.shape == (2, 5, 5) == (2, embedding.n_vectors, 5)
    torch.testing.assert_close(found[0, 0], own["user"][1])
    torch.testing.assert_close(found[0, 1], own["item"][2])
    torch.testing.assert_close(found[0, 2], own["item"][5])
    torch.testing.assert_close(found[0, 3], (own["categories"][1] + own["categories"][2]) / 2)
    torch.testing.assert_close(found[0, 4], embedding.project(torch.from_numpy(FEATURES[5])).detach())
    torch.testing.assert_close(found[1, 1], own["empty"][0])
    torch.testing.assert_close(found[1, 3], own["empty"][1])


def test_some_fields_alone():
    embedding = FieldEmbedding(RowLayout(FIELDS, FEATURES), 5, only=("item",))
    assert embedding.table.num_embeddings == 6
    torch.testing.assert_close(embedding(ROWS)[:, 0], embedding.table.weight[ROWS[:, 3]])


def test_what_no_row_has_gets_the_mean():
    embedding = FieldEmbedding(RowLayout(FIELDS, None), 5, deviation=1.0)
    before = {name: rows.clone() for name, rows in table(embedding).items()}
    embedding.fill_unseen(ROWS[:1])
    after = table(embedding)
    torch.testing.assert_close(after["user"][1], before["user"][1])
    torch.testing.assert_close(after["user"][[0, 2, 3]], before["user"][[1, 1, 1]])
    torch.testing.assert_close(after["item"][[2, 5]], before["item"][[2, 5]])
    torch.testing.assert_close(after["item"][0], before["item"][[2, 5]].mean(dim=0))
    torch.testing.assert_close(after["empty"][0], before["item"][[2, 5]].mean(dim=0))
    torch.testing.assert_close(after["empty"][1], before["categories"][[1, 2]].mean(dim=0))


def test_where_logarithms_are_read_the_mean_is_that_of_the_logarithms():
    embedding = FieldEmbedding(RowLayout(FIELDS, None), 5, deviation=1.0, logarithmic=True)
    before = table(embedding)["item"].clone()
    embedding.fill_unseen(ROWS[:1])
    expected = (before[2].abs() * before[5].abs()).sqrt()
    torch.testing.assert_close(table(embedding)["item"][0], expected)  # and not 0 where opposite numbers cancel out


def test_an_empty_set_that_was_seen_keeps_its_vector():
    embedding = FieldEmbedding(RowLayout(FIELDS, None), 5, deviation=1.0)
    before = table(embedding)["empty"].clone()
    embedding.fill_unseen(ROWS)
    torch.testing.assert_close(table(embedding)["empty"], before)
