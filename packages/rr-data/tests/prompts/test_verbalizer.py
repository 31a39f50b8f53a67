from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rr_data.errors import TraceError
from rr_data.prompts.trace import TOOL_NAME, Trace
from rr_data.prompts.verbalizer import parse_verbalized, verbalize

TITLE = st.one_of(st.text(max_size=12), st.sampled_from(["Heat", "Heat", "a), <item_3> (b", "). ", "no evidence", ""]))
NAME = st.from_regex(f"({TOOL_NAME})", fullmatch=True)
TOOLS = st.lists(st.tuples(NAME, st.booleans()), unique_by=lambda tool: tool[0], max_size=3)


@given(st.integers(0, 2), st.integers(0, 9), TOOLS, st.lists(TITLE, min_size=1, max_size=5), st.data())
def test_round_trip(level: int, confidence: int, tools, titles: list[str], data) -> None:
    evidence = data.draw(st.lists(st.integers(0, len(titles) - 1), max_size=4))
    trace = Trace(level, confidence, tuple(tools), tuple(evidence))
    assert parse_verbalized(verbalize(trace, titles), titles) == trace


def test_it_reads_well() -> None:
    trace = Trace(2, 0, (("sasrec", True), ("bpr", False)), (1, 0))
    assert verbalize(trace, ["Heat", "Jude"]) == (
        "The evidence horizon is high: little is known about this user. Confidence 0 to 10 %. "
        "Tools: use sasrec, skip bpr; resting on <item_1> (Jude), <item_0> (Heat)."
    )
    assert verbalize(Trace(0, 9), []).endswith("Confidence 90 to 100 %. No tools were asked; resting on no evidence.")


@pytest.mark.parametrize(
    "change",
    [
        lambda text: "",
        lambda text: text + " ",
        lambda text: text.replace("Jude", "Judo"),
        lambda text: text.replace("60 to 70", "60 to 80"),
        lambda text: text.replace("low", "lower"),
        lambda text: text.replace("much is known", "naught is known"),
        lambda text: text.replace("<item_1>", "<item_9>"),
        lambda text: text.replace("use bpr", "use sasrec"),
    ],
)
def test_other_texts_are_refused(change) -> None:
    text = verbalize(Trace(0, 6, (("sasrec", True), ("bpr", True)), (1,)), ["Heat", "Jude"])
    with pytest.raises(TraceError):
        parse_verbalized(change(text), ["Heat", "Jude"])


def test_evidence_without_title() -> None:
    with pytest.raises(TraceError, match="number of titles"):
        verbalize(Trace(0, 0, (), (5,)), ["Heat"])
