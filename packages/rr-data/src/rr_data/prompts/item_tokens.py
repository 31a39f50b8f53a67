"""Items as tokens: `<item_12>` is the item with code 12."""

from __future__ import annotations

import operator
import re
from typing import Final, SupportsIndex

from rr_data.errors import TraceError

ITEM_TOKEN: Final = re.compile(r"<item_(0|[1-9][0-9]*)>", re.ASCII)


def item_token(code: SupportsIndex) -> str:
    """The token of an item code.

    Raises:
        TraceError: a negative code.

    Example:
        >>> item_token(12)
        '<item_12>'
    """
    number = operator.index(code)
    if number < 0:
        raise TraceError(f"item code: received {number}; expected at least 0")
    return f"<item_{number}>"


def item_code(token: str) -> int:
    """The item code of a token.

    Raises:
        TraceError: not an item token.

    Example:
        >>> item_code("<item_12>")
        12
    """
    match = ITEM_TOKEN.fullmatch(token)
    if match is None:
        raise TraceError(f"item token: received {token!r}; expected <item_CODE>, such as <item_12>")
    return int(match[1])
