from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from rr_data.sampling.streams import stream_keys, uniform_draws


@settings(deadline=None)
@given(st.integers(0, 2**70), st.lists(st.integers(0, 2**31), min_size=1, max_size=8))
def test_a_key_depends_on_seed_and_parts_alone(seed: int, users: list[int]) -> None:
    together = stream_keys(seed, 1, np.array(users))
    alone = [int(stream_keys(seed, 1, np.array([user]))[0]) for user in users]
    assert together.tolist() == alone
    assert (stream_keys(seed, 2, np.array(users)) != together).all()
    assert (stream_keys(seed + 1, 1, np.array(users)) != together).all()


def test_numbers_are_uniform_and_independent() -> None:
    numbers = uniform_draws(stream_keys(0, np.arange(4000)), 0, 100)
    assert numbers.min() >= 0
    assert numbers.max() < 1
    cells = np.bincount((numbers * 50).astype(int).ravel(), minlength=50)
    assert ((cells - 8000) ** 2 / 8000).sum() < 100  # chi-squared with 49 degrees of freedom; 1e-5
    for other in (numbers[:, 1:], np.roll(numbers, 1, axis=0)[:, 1:]):  # neighbours within and between streams
        paired = numbers[:, :-1] if other.base is numbers else numbers[:, 1:]
        assert abs(np.corrcoef(paired.ravel(), other.ravel())[0, 1]) < 0.01
