from __future__ import annotations

import numpy as np
import pytest

from rr_tools import InvalidDataError
from rr_tools.layers.row_layout import RowLayout
from rr_tools.runtime.feature_rows import Field

FIELDS = (Field("user", 4), Field("item", 6))


def test_features_are_a_vector_more():
    assert RowLayout(FIELDS, None).n_vectors == 2
    assert RowLayout(FIELDS, np.zeros((6, 3), dtype=np.float32)).n_vectors == 3


def test_an_unknown_field_is_named():
    with pytest.raises(InvalidDataError, match="no field is named colour; a row has user, item"):
        RowLayout(FIELDS, None).columns("colour")
