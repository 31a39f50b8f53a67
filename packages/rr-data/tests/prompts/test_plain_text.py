from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rr_data.prompts.plain_text import plain_text
from rr_data.prompts.trace import trace_vocabulary

TOKENS = [*trace_vocabulary(["bpr"]), "<item_3>", "<image>", "<|im_end|>", "<|image_pad|>", "</s>", "<ITEM_3>"]


@pytest.mark.parametrize("token", TOKENS)
def test_no_token_is_left(token: str) -> None:
    nested = token[:2] + token + token[2:]
    for text in (token, f"a{token}b", f"<{token}>", token * 2, nested):
        assert token not in plain_text(text)
        assert plain_text(text).count(token.strip("<>|/")) >= 1


@given(parts=st.lists(st.sampled_from([*TOKENS, "<", ">", "|", "item_3", "a"]), max_size=8))
def test_nothing_is_left_however_it_is_written(parts: list[str]) -> None:
    text = plain_text("".join(parts))
    assert not any(token.lower() in text.lower() for token in TOKENS)
    assert plain_text(text) == text


@given(text=st.text().filter(lambda text: "<" not in text))
def test_other_text_stays(text: str) -> None:
    assert plain_text(text) == text
    assert re.sub(r"\s", "", plain_text("2 < 3 and <b>5</b> > 4")) == "2<3and<b>5</b>>4"
