"""The structured thought: evidence horizon, confidence, tools and evidence, one token each (paper, section 3).

    <think> <eh_low> <conf_6> <use_sasrec> <skip_bpr> <evidence> <item_12> </think>

Each of these is one token of the vocabulary, so each has one probability: the model's confidence and its choice of
tools are read off the distribution instead of being parsed out of prose.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from rr_data.errors import TraceError
from rr_data.evidence.levels import LEVELS
from rr_data.prompts.item_tokens import item_code, item_token

THINK: Final = "<think>"
EVIDENCE: Final = "<evidence>"
END_THINK: Final = "</think>"
ANSWER: Final = "<answer>"
CONFIDENCE_BINS: Final = 10
TOOL_NAME: Final = r"[a-z0-9][a-z0-9_+-]*"
EH_TOKENS: Final = tuple(f"<eh_{level}>" for level in LEVELS)
CONFIDENCE_TOKENS: Final = tuple(f"<conf_{index}>" for index in range(CONFIDENCE_BINS))
_TOOL_TOKEN: Final = re.compile(rf"<(use|skip)_({TOOL_NAME})>", re.ASCII)


@dataclass(frozen=True, slots=True)
class Trace:
    """One thought.

    Attributes:
        eh_level: 0 low, 1 medium, 2 high evidence horizon.
        confidence_bin: 0 to 9; bin b stands for a confidence from b/10 to (b+1)/10.
        tools: tool names in order, each with whether it is usable for this query.
        evidence: item codes that the thought rests on.

    Raises:
        TraceError: a value out of range, a tool name outside `[a-z0-9][a-z0-9_+-]*`, or a tool named twice.

    Example:
        >>> trace = Trace(eh_level=0, confidence_bin=6, tools=(("sasrec", True), ("bpr", False)), evidence=(12,))
        >>> " ".join(trace.to_tokens())
        '<think> <eh_low> <conf_6> <use_sasrec> <skip_bpr> <evidence> <item_12> </think>'
        >>> Trace.from_tokens(trace.to_tokens()) == trace
        True
    """

    eh_level: int
    confidence_bin: int
    tools: tuple[tuple[str, bool], ...] = ()
    evidence: tuple[int, ...] = ()

    def __post_init__(self) -> None:
        """Check every field; NumPy scalars become plain values."""
        set_field = object.__setattr__
        set_field(self, "eh_level", _within("eh_level", self.eh_level, len(LEVELS)))
        set_field(self, "confidence_bin", _within("confidence_bin", self.confidence_bin, CONFIDENCE_BINS))
        check_tool_names(name for name, _ in self.tools)
        set_field(self, "tools", tuple((name, bool(usable)) for name, usable in self.tools))
        set_field(self, "evidence", tuple(item_code(item_token(code)) for code in self.evidence))

    def to_tokens(self) -> tuple[str, ...]:
        """The thought as tokens, from `<think>` to `</think>`."""
        tools = (f"<{'use' if usable else 'skip'}_{name}>" for name, usable in self.tools)
        head = (THINK, EH_TOKENS[self.eh_level], CONFIDENCE_TOKENS[self.confidence_bin])
        return (*head, *tools, EVIDENCE, *map(item_token, self.evidence), END_THINK)

    @classmethod
    def from_tokens(cls, tokens: Sequence[str]) -> Trace:
        """Read a thought back, strictly.

        Raises:
            TraceError: says which token at which place breaks the grammar, and what was expected there.
        """
        _expect(tokens, 0, (THINK,))
        eh_level = _expect(tokens, 1, EH_TOKENS)
        confidence_bin = _expect(tokens, 2, CONFIDENCE_TOKENS)
        place, tools = 3, []
        while match := _TOOL_TOKEN.fullmatch(_token(tokens, place)):
            tools.append((match[2], match[1] == "use"))
            place += 1
        _expect(tokens, place, (EVIDENCE,), also="a <use_NAME> or <skip_NAME>")
        if len(tokens) == place + 1 or tokens[-1] != END_THINK:
            raise _error(tokens, max(place + 1, len(tokens) - 1), END_THINK)
        return cls(eh_level, confidence_bin, tuple(tools), _evidence(tokens, place + 1))


def trace_vocabulary(tools: Sequence[str]) -> tuple[str, ...]:
    """All thought tokens for these tools except item tokens, and `<answer>`, in a fixed order.

    Raises:
        TraceError: a tool name outside `[a-z0-9][a-z0-9_+-]*`, or one given twice.

    Example:
        >>> trace_vocabulary(["bpr"])[-4:]
        ('<skip_bpr>', '<evidence>', '</think>', '<answer>')
    """
    check_tool_names(tools)
    choices = [f"<{choice}_{name}>" for name in tools for choice in ("use", "skip")]
    return (THINK, *EH_TOKENS, *CONFIDENCE_TOKENS, *choices, EVIDENCE, END_THINK, ANSWER)


def check_tool_names(names: Iterable[str]) -> None:
    """Refuse tool names that no token can carry.

    Raises:
        TraceError: a name outside `[a-z0-9][a-z0-9_+-]*`, or one given twice.
    """
    seen: set[str] = set()
    for name in names:
        if not re.fullmatch(TOOL_NAME, name, re.ASCII):
            raise TraceError(f"tool name: received {name!r}; expected {TOOL_NAME}")
        if name in seen:
            raise TraceError(f"tool name: received {name!r} twice; expected every tool once")
        seen.add(name)


def _within(field: str, value: int, size: int) -> int:
    number = operator.index(value)
    if not 0 <= number < size:
        raise TraceError(f"{field}: received {number}; expected 0 to {size - 1}")
    return number


def _token(tokens: Sequence[str], place: int) -> str:
    return tokens[place] if place < len(tokens) else ""


def _error(tokens: Sequence[str], place: int, allowed: str) -> TraceError:
    found = repr(tokens[place]) if place < len(tokens) else "the end"
    return TraceError(f"thought: received {found} at place {place}; expected {allowed}")


def _expect(tokens: Sequence[str], place: int, allowed: Sequence[str], also: str = "") -> int:
    """The index of the token at a place among those allowed there."""
    token = _token(tokens, place)
    if token not in allowed:
        raise _error(tokens, place, " or ".join([*allowed, *([also] if also else [])]))
    return allowed.index(token)


def _evidence(tokens: Sequence[str], start: int) -> tuple[int, ...]:
    codes = []
    for place in range(start, len(tokens) - 1):
        try:
            codes.append(item_code(tokens[place]))
        except TraceError:
            raise _error(tokens, place, f"<item_CODE> or {END_THINK}") from None
    return tuple(codes)
