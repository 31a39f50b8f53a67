from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from rr_tools import ClickTable, CtrData, InvalidDataError, TrainingData

BASE = {"items": [3, 1, 2], "offsets": [0, 2, 3], "n_items": 4}
CLICKS = ClickTable(users=[0, 0], items=[3, 0], labels=[1, 0], parts=[0, 0], history_lengths=[0, 0])


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"years": np.zeros(3)}, r"years has shape \(3,\); it must be \(4,\)"),
        ({"user_evidence": np.zeros(4)}, "user_evidence has shape"),
        ({"item_evidence": np.zeros(2)}, "item_evidence has shape"),
        ({"clicks": replace(CLICKS, users=[0, 2])}, "users of the clicks lie in 0..2; allowed: 0..1"),
        ({"clicks": replace(CLICKS, items=[4, 0])}, "items of the clicks lie in 0..4"),
        ({"clicks": replace(CLICKS, parts=[1, 1])}, "no training rows"),
        ({"clicks": replace(CLICKS, history_lengths=[3, 0])}, "more history than its user has"),
        ({"items": [9, 1, 2]}, "items holds 9"),
    ],
)
def test_mistakes_are_named(changes, message):
    with pytest.raises(InvalidDataError, match=message):
        CtrData(**{**BASE, **changes})


def test_a_fingerprint_hangs_on_all_that_is_read():
    changes = [
        {},
        {"clicks": CLICKS},
        {"clicks": replace(CLICKS, labels=[1, 1])},
        {"clicks": replace(CLICKS, history_lengths=[1, 0])},
        {"years": np.array([0, 0, 0, 1999])},
        {"user_evidence": np.array([0.5, 1.0])},
        {"item_evidence": np.array([0.5, 1.0, 0.0, 0.0])},
        {"n_items": 5},
    ]
    assert len({CtrData(**{**BASE, **change}).fingerprint() for change in changes}) == len(changes)


def test_sequences_alone_become_click_data(ring):
    data = CtrData.of(ring)
    assert CtrData.of(data) is data
    assert (data.features is ring.features, data.clicks) == (True, None)
    assert data.clicks_or_drawn(negatives=4, seed=0).labels.sum() > 0
    assert isinstance(ring, TrainingData)


@pytest.fixture(scope="module")
def prepared(tmp_path_factory):
    rr_data = pytest.importorskip("rr_data")
    folder = tmp_path_factory.mktemp("prepared")
    table, items = folder / "ratings.csv", folder / "items.tsv"
    rows = [f"u{user},i{(user + step) % 12},{step}" for user in range(8) for step in range(6)]
    table.write_text("user_id,item_id,timestamp\n" + "\n".join(rows))
    described = [f"i{item}\tfilm {item}\t{1990 + item if item else ''}" for item in range(12)]
    items.write_text("item_id\ttitle\tyear\n" + "\n".join(described))
    return rr_data.prepare("tabular", [table], items=items, ctr_negatives=2, out=folder / "data")


def test_a_prepared_dataset_is_read(prepared):
    data = CtrData.from_prepared(prepared.path)
    assert (data.clicks.labels == prepared.ctr["label"].to_numpy()).all()
    assert sorted(set(data.years.tolist()))[:2] == [0, 1991]
    assert (data.user_evidence == prepared.users["eh"].to_numpy()).all()
    training, test = data.clicks.part(0), data.clicks.part(2)
    clicked = training.labels == 1
    for user, item, length in zip(
        training.users[clicked], training.items[clicked], training.history_lengths[clicked], strict=True
    ):
        assert data.sequence(user)[length] == item
    assert (test.history_lengths == np.diff(data.offsets)[test.users]).all()


def test_until_validation_trains_on_its_rows(prepared):
    data = CtrData.from_prepared(prepared, until="validation")
    assert len(data.clicks.part(1)) == 0
    assert data.validation is None
    assert data.clicks.part(0).history_lengths.max() == 4  # five items are shown, and the fifth is a click
    assert (data.clicks.part(2).history_lengths == 5).all()


def test_without_a_click_table_clicks_are_drawn(prepared):
    class Without:
        ctr = None

        def __getattr__(self, name):
            return getattr(prepared, name)

    assert CtrData.from_prepared(Without()).clicks is None
