"""What tools said, in words for a prompt."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from numpy.typing import NDArray

from rr_data.prompts.item_tokens import item_token
from rr_data.prompts.trace import check_tool_names


def evidence_text(answers: Mapping[str, Sequence[int] | NDArray[Any] | None]) -> str:
    """Write tools' answers for a prompt.

    Args:
        answers: item codes by tool name, best first; codes below 0 are padding. None or no codes: the tool is missing.

    Returns:
        Text with a leading blank, to stand after the query; empty without tools.

    Raises:
        TraceError: a tool name outside `[a-z0-9][a-z0-9_+-]*`.

    Example:
        >>> evidence_text({"sasrec": [3, 9], "bpr": None})
        ' Tools: sasrec says <item_3> <item_9>; bpr says nothing.'
    """
    if not answers:
        return ""
    check_tool_names(answers)
    return f" Tools: {'; '.join(f'{name} says {_codes_text(codes)}' for name, codes in answers.items())}."


def probability_text(probabilities: Mapping[str, float | None]) -> str:
    """Write tools' click probabilities for a prompt.

    Args:
        probabilities: by tool name; None or NaN: the tool is missing.

    Returns:
        Text with a leading blank, to stand after the query; empty without tools.

    Raises:
        TraceError: a tool name outside `[a-z0-9][a-z0-9_+-]*`.

    Example:
        >>> probability_text({"dcnv2": 0.814, "deepfm": None})
        ' Tools: dcnv2 says 0.81; deepfm says nothing.'
    """
    if not probabilities:
        return ""
    check_tool_names(probabilities)
    said = {
        name: "nothing" if value is None or value != value else f"{value:.2f}" for name, value in probabilities.items()
    }
    return f" Tools: {'; '.join(f'{name} says {text}' for name, text in said.items())}."


def _codes_text(codes: Sequence[int] | NDArray[Any] | None) -> str:
    known = [] if codes is None else [int(code) for code in codes if code >= 0]
    return " ".join(map(item_token, known)) or "nothing"
