from __future__ import annotations

import pytest

from rr_data.errors import OptionError
from rr_data.splits.options import three_shares, truth, whole_number


def test_strings_and_values() -> None:
    assert whole_number("seed", "12", at_least=0) == whole_number("seed", 12, at_least=0) == 12
    assert [truth("x", word) for word in ("True", "no", True, 0)] == [True, False, True, False]
    assert three_shares("shares", "2:1:1") == (0.5, 0.25, 0.25)


@pytest.mark.parametrize("shares", ["8:1", "8:1:0", "8:-1:1", "a:b:c", "", "nan:1:1", "inf:1:1", "8:1:1:1"])
def test_bad_shares(shares: str) -> None:
    with pytest.raises(OptionError, match="shares"):
        three_shares("shares", shares)


def test_bad_truth() -> None:
    with pytest.raises(OptionError, match="true or false"):
        truth("every_user", "maybe")
