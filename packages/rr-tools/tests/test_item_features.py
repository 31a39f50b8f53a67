from __future__ import annotations

import numpy as np
import pytest

from rr_tools import InvalidDataError
from rr_tools.item_features import checked_features, read_features


@pytest.mark.parametrize(
    ("features", "message"),
    [
        (np.zeros((2, 3)), "shape .2, 3.; .* each of the 4 items"),
        (np.zeros(4), "shape"),
        (np.zeros((4, 0)), "shape"),
        (np.full((4, 1), "a"), "dtype <U1"),
        (np.full((4, 1), np.inf), "infinite"),
    ],
)
def test_bad_features_are_named(features, message):
    with pytest.raises(InvalidDataError, match=message):
        checked_features(features, 4)


def test_unknown_features_stay_unknown():
    checked = checked_features([[1, 2], [np.nan, 3]], 2)
    assert checked.dtype == np.float32
    assert np.isnan(checked[1, 0])


def test_read_from_a_file(tmp_path):
    np.save(tmp_path / "features.npy", np.ones((2, 3)))
    assert read_features(tmp_path / "features.npy").shape == (2, 3)
    (tmp_path / "broken.npy").write_bytes(b"nothing")
    for name in ("broken.npy", "missing.npy"):
        with pytest.raises(InvalidDataError, match=name):
            read_features(tmp_path / name)
    np.save(tmp_path / "pickle.npy", np.array([{}], dtype=object), allow_pickle=True)
    with pytest.raises(InvalidDataError):
        read_features(tmp_path / "pickle.npy")
