from __future__ import annotations

import pytest

from rr_data.errors import OptionError, UnknownNameError
from rr_data.settings import DatasetSettings


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("seed", -1),
        ("k_core", -1),
        ("minimum_history", -2),
        ("candidates", 1),
        ("ctr_negatives", -1),
        ("duplicates", "some"),
        ("ties", "coin"),
        ("candidate_draw", "best"),
        ("ctr_pool", "sea"),
        ("compat", "p6"),
        ("thresholds", (0.7, 0.3)),
    ],
)
def test_a_value_that_cannot_be_used_is_named(name: str, value: object) -> None:
    with pytest.raises(OptionError, match=name):
        DatasetSettings(**{name: value})  # type: ignore[arg-type]


def test_an_unknown_name_is_answered_with_the_nearest() -> None:
    with pytest.raises(UnknownNameError, match="leave_one_out"):
        DatasetSettings(split="leave_one")
    with pytest.raises(UnknownNameError, match="rank"):
        DatasetSettings(normalizer="ranks")
    with pytest.raises(UnknownNameError, match="shares"):
        DatasetSettings(split="ratio", split_options={"share": "8:1:1"})


def test_dashes_are_underscores() -> None:
    assert DatasetSettings(split="leave-one-out") == DatasetSettings(split="leave_one_out")
