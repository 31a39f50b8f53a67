from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from rr_tools import CtrData, ItemAttributes
from rr_tools.ctr.fields import NAMES, Fields
from rr_tools.runtime.queries import Histories


@pytest.fixture
def data(ring):
    years = np.array([0, 0, *range(1980, 1998)])
    return replace(CtrData.of(ring), years=years)


def test_only_what_is_known_makes_a_field(data):
    everything = Fields.of(data, recent=3)
    assert [field.name for field in everything.layout.fields] == list(NAMES)
    assert everything.layout.features.shape == (data.n_items + 1, data.features.shape[1])
    assert not everything.layout.features[0].any()
    little = Fields.of(replace(data, years=np.zeros(20, dtype=int), attributes=None, features=None), recent=3)
    assert [field.name for field in little.layout.fields] == list(NAMES[:-2])
    assert little.layout.features is None


def test_codes_stay_inside_their_fields(data):
    fields = Fields.of(data, recent=3)
    rows = fields.rows_of(data, data.clicks_or_drawn(negatives=4, seed=0))
    sizes = [field.size for field in fields.layout.fields for _ in range(field.width)]
    assert rows.shape[1] == len(sizes)
    assert (rows >= 0).all()
    assert (rows < np.array(sizes)).all()


def test_training_and_serving_make_the_same_rows(data):
    fields = Fields.of(data, recent=3)
    clicks = data.clicks_or_drawn(negatives=2, seed=0)
    histories = [data.sequence(u)[:n] for u, n in zip(clicks.users, clicks.history_lengths, strict=True)]
    contexts = fields.rows.contexts(clicks.users, Histories.of(histories, data.n_items))
    served = fields.rows.rows(contexts, clicks.items[:, None])
    np.testing.assert_array_equal(fields.rows_of(data, clicks), served)


def test_a_click_is_not_told_by_its_context(data):
    fields = Fields.of(data, recent=3)
    clicks = data.clicks_or_drawn(negatives=1, seed=0)
    rows = fields.rows_of(data, clicks)
    first_item_column = fields.layout.columns("item")[0]
    yes, no = rows[clicks.labels == 1, :first_item_column], rows[clicks.labels == 0, :first_item_column]
    np.testing.assert_array_equal(yes, no)


def test_evidence_falls_with_the_counts():
    data = CtrData(items=[0, 0, 0, 1, 1, 2], offsets=[0, 1, 6], n_items=4)
    fields = Fields.of(data, recent=1)
    assert np.argsort(fields.rows.items[1:, 1]).tolist() == [0, 1, 2, 3]
    assert (np.diff(fields.rows.popularity) < 0).all()
    given = replace(data, item_evidence=np.array([1.0, 0.0, 0.5, np.nan]), user_evidence=np.array([0.0, 0.95]))
    fields = Fields.of(given, recent=1)
    assert fields.rows.items[1:, 1].tolist() == [10, 1, 6, 0]
    assert fields.rows.users[:, 1].tolist() == [0, 1, 10]


def test_attributes_stand_side_by_side():
    attributes = ItemAttributes.of_names([["b", "a"], [], ["b"]])
    data = CtrData(items=[0, 1], offsets=[0, 2], n_items=3, attributes=attributes)
    assert Fields.of(data, recent=1).rows.items[:, 2:].tolist() == [[0, 0], [1, 2], [0, 0], [2, 0]]
