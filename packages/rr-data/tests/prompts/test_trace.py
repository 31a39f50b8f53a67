from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rr_data.errors import TraceError
from rr_data.prompts.trace import TOOL_NAME, Trace, trace_vocabulary

NAMES = st.from_regex(f"({TOOL_NAME})", fullmatch=True).map(lambda name: name[:12])
TRACES = st.builds(
    Trace,
    eh_level=st.integers(0, 2),
    confidence_bin=st.integers(0, 9),
    tools=st.lists(st.tuples(NAMES, st.booleans()), unique_by=lambda tool: tool[0], max_size=4).map(tuple),
    evidence=st.lists(st.integers(0, 30), max_size=4).map(tuple),
)
GOOD = ("<think>", "<eh_low>", "<conf_3>", "<use_sasrec>", "<skip_bpr>", "<evidence>", "<item_12>", "</think>")


@given(TRACES)
def test_round_trip(trace: Trace) -> None:
    assert Trace.from_tokens(trace.to_tokens()) == trace


@given(TRACES)
def test_vocabulary_covers_every_thought(trace: Trace) -> None:
    known = set(trace_vocabulary([name for name, _ in trace.tools]))
    assert all(token in known or token.startswith("<item_") for token in trace.to_tokens())


def test_tokens() -> None:
    assert Trace(0, 3, (("sasrec", True), ("bpr", False)), (12,)).to_tokens() == GOOD


def test_vocabulary() -> None:
    words = trace_vocabulary(["sasrec", "item-transition"])
    assert len(words) == len(set(words)) == 1 + 3 + 10 + 4 + 3
    assert words[0] == "<think>"
    assert words[-1] == "<answer>"


@given(TRACES, st.data())
def test_one_wrong_token_is_found(trace: Trace, data) -> None:
    tokens = list(trace.to_tokens())
    place = data.draw(st.integers(0, len(tokens) - 1))
    tokens[place] = "nonsense"
    with pytest.raises(TraceError, match=r"nonsense|expected"):
        Trace.from_tokens(tokens)


@pytest.mark.parametrize(
    ("tokens", "says"),
    [
        ((), "the end at place 0; expected <think>"),
        (GOOD[:3], "the end at place 3"),
        (GOOD[:6], "the end at place 6"),
        (GOOD[:-1], "place 6; expected </think>"),
        ((*GOOD, "<answer>"), "'<answer>' at place 8"),
        ((*GOOD[:2], "<conf_10>", *GOOD[3:]), "'<conf_10>' at place 2"),
        ((*GOOD[:5], "<use_SASRec>", *GOOD[5:]), "'<use_SASRec>' at place 5"),
        ((*GOOD[:4], "<use_sasrec>", *GOOD[4:]), "'sasrec' twice"),
        ((*GOOD[:6], "<item_x>", *GOOD[6:]), "'<item_x>' at place 6"),
    ],
)
def test_errors_name_token_and_place(tokens: tuple[str, ...], says: str) -> None:
    with pytest.raises(TraceError, match=says.replace("(", r"\(")):
        Trace.from_tokens(tokens)


@pytest.mark.parametrize(
    "fields",
    [
        {"eh_level": 3},
        {"eh_level": -1},
        {"confidence_bin": 10},
        {"tools": (("SASRec", True),)},
        {"tools": (("a\n", True),)},
        {"tools": (("a", True), ("a", False))},
        {"evidence": (-1,)},
    ],
)
def test_bad_fields(fields: dict[str, object]) -> None:
    with pytest.raises(TraceError):
        Trace(**{"eh_level": 0, "confidence_bin": 0} | fields)


def test_numpy_values_become_plain() -> None:
    trace = Trace(np.int8(1), np.int64(2), (("a", np.bool_(True)),), (np.int32(3),))
    assert trace == Trace(1, 2, (("a", True),), (3,))
    assert type(trace.evidence[0]) is int


def test_bad_vocabulary() -> None:
    with pytest.raises(TraceError):
        trace_vocabulary(["a", "a"])
