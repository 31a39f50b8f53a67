"""Holm's correction."""

import numpy as np
import pytest

from rr_eval import InvalidArgumentError, holm


def test_published_and_hand_computed():
    assert holm([0.01, 0.02, 0.03, 0.04]) == pytest.approx([0.04, 0.06, 0.06, 0.06])
    assert holm([0.9, 0.001, 0.6]) == pytest.approx([1.0, 0.003, 1.0])
    assert holm([]).tolist() == []
    with pytest.raises(InvalidArgumentError):
        holm([1.2])


def test_it_keeps_the_family_error_rate():
    rng = np.random.default_rng(0)
    families = rng.random((4000, 10))
    false = np.mean([holm(family).min() < 0.05 for family in families])
    assert false == pytest.approx(0.05, abs=0.012)
    assert np.mean(families.min(axis=1) < 0.05) > 0.35  # without it
