from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from rr_tools import InvalidDataError, ItemAttributes, TrainingData


class Column(list):
    """As much of a data frame's column as is read."""

    to_list = list.copy


def test_sequences_users_and_popularity():
    data = TrainingData(items=[3, 1, 1], offsets=[0, 2, 2, 3], n_items=5)
    assert [data.sequence(user).tolist() for user in range(3)] == [[3, 1], [], [1]]
    assert data.users.tolist() == [0, 0, 2]
    assert data.popularity.tolist() == [0, 2, 0, 1, 0]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"items": [0, 4]}, "items holds 4; codes lie in 0..3"),
        ({"items": [0, -1]}, "items holds -1"),
        ({"items": [0.5, 1.0]}, "items has dtype float64"),
        ({"items": [[0, 1]]}, r"shape \(1, 2\)"),
        ({"items": [], "offsets": [0, 0]}, "no interactions"),
        ({"offsets": [0, 1]}, "offsets must rise from 0 to 2"),
        ({"offsets": [0, 2, 1, 2]}, "offsets must rise"),
        ({"n_items": 0}, "n_items is 0"),
        ({"validation": [0, 1]}, "validation has 2 entries for 1 users"),
        ({"validation": [9]}, "validation holds 9"),
        ({"features": np.zeros((3, 2))}, "each of the 4 items"),
        ({"attributes": ItemAttributes.of_names([["a"]])}, "attributes describe 1 items; there are 4"),
        ({"titles": ("a", "b")}, "there are 2 titles for 4 items"),
    ],
)
def test_bad_data_is_named(changes, message):
    with pytest.raises(InvalidDataError, match=message):
        TrainingData(**{"items": [0, 1], "offsets": [0, 2], "n_items": 4, **changes})


def test_from_prepared_reads_the_part_it_is_asked_for():
    def sequences(until):
        length = {"train": 2, "validation": 3}[until]
        return SimpleNamespace(items=np.array([0, 1, 2])[:length], offsets=np.array([0, length]))

    prepared = SimpleNamespace(
        sequences=sequences,
        targets=lambda part: np.array([2]),
        n_items=3,
        checksum="d",
        item_map_checksum="m",
        items={"categories": Column([["b"], None, ["a", "b"]]), "title": Column(["One", None, "Two"])},
    )
    short, whole = (TrainingData.from_prepared(prepared, until=until) for until in ("train", "validation"))
    assert (short.items.tolist(), short.validation.tolist()) == ([0, 1], [2])
    assert (whole.items.tolist(), whole.validation) == ([0, 1, 2], None)
    assert (short.dataset_checksum, short.item_map_checksum) == ("d", "m")
    assert short.titles == ("One", "", "Two")
    assert (short.attributes.codes.tolist(), short.attributes.offsets.tolist()) == ([1, 0, 1], [0, 1, 1, 3])


def test_nobody_can_change_what_others_train_on():
    codes = np.array([3, 1, 2])
    data = TrainingData(items=codes, offsets=[0, 2, 3], n_items=4)
    with pytest.raises(ValueError, match="read-only"):
        data.items.sort()
    assert codes.flags.writeable  # the caller's own array stays his


def test_a_fingerprint_hangs_on_all_that_is_read():
    base = {"items": [0, 1, 2], "offsets": [0, 3], "n_items": 3, "validation": [0]}
    changes = [
        {},
        {"items": [0, 2, 1]},
        {"n_items": 4},
        {"validation": [1]},
        {"validation": None},
        {"offsets": [0, 1, 3], "validation": [0, -1]},
        {"features": np.ones((3, 1))},
        {"titles": ("a", "b", "c")},
        {"titles": ("ab", "", "c")},
        {"attributes": ItemAttributes.of_names([["a"], [], []])},
        {"attributes": ItemAttributes.of_names([[], ["a"], []])},
    ]
    assert len({TrainingData(**{**base, **change}).fingerprint() for change in changes}) == len(changes)
    assert TrainingData(**base).fingerprint() == TrainingData(**base).fingerprint()


def test_a_folder_that_is_no_dataset(tmp_path):
    pytest.importorskip("rr_data.interfaces")
    with pytest.raises(InvalidDataError):
        TrainingData.from_prepared(tmp_path / "nothing")


def test_a_damaged_dataset(tmp_path):
    rr_data = pytest.importorskip("rr_data")
    table = tmp_path / "ratings.csv"
    table.write_text("user_id,item_id,timestamp\n" + "".join(f"u{n % 3},i{n % 5},{n}\n" for n in range(30)))
    folder = tmp_path / "prepared"
    prepared = rr_data.prepare("tabular", [table], out=folder)
    assert TrainingData.from_prepared(folder).dataset_checksum == prepared.checksum
    (folder / "interactions.parquet").write_bytes(b"damaged")
    with pytest.raises(InvalidDataError):
        TrainingData.from_prepared(folder)
