from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy import sparse

from rr_tools.neighbors.strongest import strongest, strongest_of_dense

few_values = st.sampled_from([-1.0, 0.0, 0.5, 2.0])


@given(arrays(np.float32, st.tuples(st.integers(1, 4), st.integers(1, 7)), elements=few_values), st.integers(1, 8))
@settings(max_examples=100, deadline=None)
def test_like_sorting_every_row(rows, k):
    found = strongest(sparse.csr_array(rows), k).toarray()
    loose = strongest_of_dense(rows, k).toarray()
    for row, kept, some in zip(rows, found, loose, strict=True):
        order = sorted(range(len(row)), key=lambda column: (-row[column], column))[:k]
        expected = [row[column] if column in order and row[column] > 0 else 0.0 for column in range(len(row))]
        assert kept.tolist() == expected
        assert sorted(some) == sorted(expected)
