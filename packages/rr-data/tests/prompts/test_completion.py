from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rr_data.errors import TraceError
from rr_data.prompts.completion import completion_messages, read_completion, text_completion
from rr_data.prompts.plain_text import plain_text
from rr_data.prompts.trace import TOOL_NAME, Trace, trace_vocabulary

TRACES = st.builds(
    Trace,
    eh_level=st.integers(0, 2),
    confidence_bin=st.integers(0, 9),
    tools=st.lists(
        st.tuples(st.from_regex(f"({TOOL_NAME})", fullmatch=True), st.booleans()),
        unique_by=lambda tool: tool[0],
        max_size=3,
    ).map(tuple),
    evidence=st.lists(st.integers(0, 30), max_size=3).map(tuple),
)
HOSTILE = st.lists(
    st.one_of(
        st.text(max_size=5), st.sampled_from([*trace_vocabulary(["a"]), "<item_3>", "<image>", "<|im_end|>", "<", ">"])
    )
).map("".join)


def text_of(messages: list[dict]) -> str:
    return messages[0]["content"][0]["text"]


@given(st.none() | TRACES, HOSTILE)
def test_round_trip_of_any_answer(trace: Trace | None, answer: str) -> None:
    assert read_completion(text_of(text_completion(trace, answer))) == (trace, plain_text(answer))


@given(st.none() | TRACES, st.integers(0, 99))
def test_round_trip_of_items(trace: Trace | None, item: int) -> None:
    assert read_completion(text_of(completion_messages(trace, item))) == (trace, f"<item_{item}>")


@given(HOSTILE)
def test_no_token_is_left(text: str) -> None:
    plain = plain_text(text)
    for token in (*trace_vocabulary(["a"]), "<item_3>", "<image>", "<|im_end|>"):
        assert token not in plain


def test_other_brackets_stay() -> None:
    assert plain_text("<<item_3>>") == "item_3"
    assert plain_text("1 < 2, a <b>bold</b> <3") == "1 < 2, a <b>bold</b> <3"


@pytest.mark.parametrize("text", ["", "yes", "<think></think>", "so <answer>yes", "<think><eh_low><answer>yes"])
def test_other_texts(text: str) -> None:
    with pytest.raises(TraceError):
        read_completion(text)
