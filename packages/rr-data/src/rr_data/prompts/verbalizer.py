"""A thought as a readable sentence, and back."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from rr_data.errors import TraceError
from rr_data.evidence.levels import LEVELS
from rr_data.prompts.item_tokens import ITEM_TOKEN, item_token
from rr_data.prompts.trace import CONFIDENCE_BINS, TOOL_NAME, Trace

_MEANING: Final = (
    "much is known about this user",
    "something is known about this user",
    "little is known about this user",
)
_NO_TOOLS: Final = "No tools were asked"
_NO_EVIDENCE: Final = "no evidence"
_TOOL: Final = rf"(?:use|skip) {TOOL_NAME}"
_SENTENCE: Final = re.compile(
    rf"The evidence horizon is (?P<level>{'|'.join(LEVELS)}): [a-z ]+\. "
    r"Confidence (?P<low>[0-9]{1,2}) to (?P<high>[0-9]{1,3}) %\. "
    rf"(?P<tools>{_NO_TOOLS}|Tools: {_TOOL}(?:, {_TOOL})*); resting on ",
    re.ASCII,
)


def verbalize(trace: Trace, titles: Sequence[str]) -> str:
    """Say a thought in words.

    Args:
        trace: the thought.
        titles: the title of each item code. Titles may repeat: the text names the item's token beside them.

    Raises:
        TraceError: evidence without a title.

    Example:
        >>> trace = Trace(0, 6, (("sasrec", True), ("bpr", False)), (1,))
        >>> text = verbalize(trace, ["Heat", "Toy Story"])
        >>> text.split(". ", 1)[0]
        'The evidence horizon is low: much is known about this user'
        >>> text.split(". ", 1)[1]
        'Confidence 60 to 70 %. Tools: use sasrec, skip bpr; resting on <item_1> (Toy Story).'
    """
    width = 100 // CONFIDENCE_BINS
    low = trace.confidence_bin * width
    choices = ", ".join(f"{'use' if usable else 'skip'} {name}" for name, usable in trace.tools)
    tools = f"Tools: {choices}" if choices else _NO_TOOLS
    evidence = ", ".join(_named(code, titles) for code in trace.evidence) or _NO_EVIDENCE
    return (
        f"The evidence horizon is {LEVELS[trace.eh_level]}: {_MEANING[trace.eh_level]}. "
        f"Confidence {low} to {low + width} %. {tools}; resting on {evidence}."
    )


def parse_verbalized(text: str, titles: Sequence[str]) -> Trace:
    """Read `verbalize`'s text back.

    Args:
        text: what `verbalize` wrote with the same titles.
        titles: the title of each item code; they tell where a title ends, whatever stands in it.

    Raises:
        TraceError: any other text.
    """
    match = _SENTENCE.match(text)
    if match is None:
        raise TraceError(f"verbalized thought: received {text[:80]!r}; expected a text of verbalize")
    choices = re.findall(rf"(use|skip) ({TOOL_NAME})", match["tools"].removeprefix(_NO_TOOLS), re.ASCII)
    trace = Trace(
        eh_level=LEVELS.index(match["level"]),
        confidence_bin=int(match["low"]) * CONFIDENCE_BINS // 100,
        tools=tuple((name, choice == "use") for choice, name in choices),
        evidence=_evidence(text[match.end() :], titles),
    )
    if verbalize(trace, titles) != text:
        raise TraceError(f"verbalized thought: received {text[:80]!r}; expected exactly what verbalize writes")
    return trace


def _named(code: int, titles: Sequence[str]) -> str:
    if code >= len(titles):
        raise TraceError(f"evidence: received item code {code}; expected one below {len(titles)}, the number of titles")
    return f"{item_token(code)} ({titles[code]})"


def _evidence(rest: str, titles: Sequence[str]) -> tuple[int, ...]:
    codes: list[int] = []
    place = 0
    while match := ITEM_TOKEN.match(rest, place):
        code = int(match[1])
        codes.append(code)
        place += len(_named(code, titles)) + len(", ")
    return tuple(codes)
