import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from rr_vlm.inference.batching import length_batches


@given(st.lists(st.integers(1, 500)), st.integers(1, 2000))
def test_every_query_once_and_no_batch_too_large(lengths, max_tokens):
    batches = list(length_batches(lengths, max_tokens=max_tokens))
    assert sorted(index for batch in batches for index in batch) == list(range(len(lengths)))
    sizes = np.array(lengths)
    for batch in batches:
        assert len(batch) == 1 or sizes[batch].max() * len(batch) <= max_tokens
