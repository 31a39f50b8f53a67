"""Lines that are Python literals, such as the item records of Amazon Reviews 2014. Nothing is ever evaluated.

`ast.literal_eval` builds a syntax tree of whatever it is given before it judges it, so a hostile line costs stack and
memory. Only lines that are made of nothing but strings, numbers, names of constants, brackets and commas reach it.
"""

from __future__ import annotations

import ast
import re
from typing import Any, Final

from rr_data.sources.json_lines import BadRowError, parse_json

LONGEST_LITERAL: Final = 1 << 20
DEEPEST: Final = 20
_ESCAPE: Final = r"\\[\\'\"abfnrtvxuU]"
_STRING: Final = rf"""(?:'[^'\\\n]*+(?:{_ESCAPE}[^'\\\n]*+)*+'|"[^"\\\n]*+(?:{_ESCAPE}[^"\\\n]*+)*+")"""
_END: Final = r"(?=\s*+(?:[\],:)}]|$))"
_NUMBER: Final = r"-?(?:\d++(?:\.\d*+)?|\.\d++)(?:[eE][-+]?\d++)?"
_TOKENS: Final = re.compile(
    rf"(?:\s++|[\[({{,:]|[\])}}]{_END}|[uU]?{_STRING}{_END}|(?:{_NUMBER}|True|False|None){_END})*+"
)
_STRINGS: Final = re.compile(_STRING)
_BRACKETS: Final = re.compile(r"[\[\](){}]")


def parse_json_or_literal(line: str) -> Any:
    """The value of a line that is JSON or a Python literal.

    Raises:
        BadRowError: neither, longer than a literal may be, or nested too deep.

    Example:
        >>> parse_json_or_literal("{'asin': 'B01', 'title': \\"It's\\", 'price': 2.5}")
        {'asin': 'B01', 'title': "It's", 'price': 2.5}
    """
    try:
        return parse_json(line)
    except BadRowError:
        return parse_literal(line.strip())


def parse_literal(text: str) -> Any:
    """The value of a Python literal of strings, numbers, True, False, None, and containers of them.

    Raises:
        BadRowError: anything else, longer than `LONGEST_LITERAL` characters, or nested deeper than `DEEPEST`.
    """
    if len(text) > LONGEST_LITERAL:
        raise BadRowError(f"neither JSON nor a Python literal of at most {LONGEST_LITERAL} characters")
    tokens = _TOKENS.match(text)
    end = tokens.end() if tokens else 0
    if end < len(text):
        raise BadRowError(f"neither JSON nor a Python literal, from character {end + 1}")
    if _depth(_STRINGS.sub("", text)) > DEEPEST:
        raise BadRowError(f"nested deeper than {DEEPEST}")
    try:
        return ast.literal_eval(text)
    except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
        raise BadRowError("neither JSON nor a Python literal") from None


def _depth(skeleton: str) -> int:
    deepest = depth = 0
    for bracket in _BRACKETS.findall(skeleton):
        depth += 1 if bracket in "[({" else -1
        deepest = max(deepest, depth)
    return deepest
