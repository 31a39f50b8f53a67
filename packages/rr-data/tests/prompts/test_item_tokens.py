from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rr_data.errors import TraceError
from rr_data.prompts.item_tokens import item_code, item_token


@given(st.integers(0, 10**9))
def test_round_trip(code: int) -> None:
    assert item_code(item_token(code)) == code
    assert item_token(np.int64(code)) == f"<item_{code}>"


@pytest.mark.parametrize("token", ["", "item_1", "<item_>", "<item_-1>", "<item_01>", "<item_1> ", "<item_१>"])
def test_no_item_token(token: str) -> None:
    with pytest.raises(TraceError):
        item_code(token)


def test_negative_code() -> None:
    with pytest.raises(TraceError, match="-1"):
        item_token(-1)
