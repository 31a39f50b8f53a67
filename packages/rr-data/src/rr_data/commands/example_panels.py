"""Tuning examples as a person reads them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from rich.console import Console, Group
from rich.panel import Panel
from rich.text import Text

from rr_data.columns import Columns
from rr_data.evidence.levels import LEVELS
from rr_data.prepared import PreparedDataset

PICTURE: Final = "[picture]"
_ITEM: Final = re.compile(r"<item_([0-9]+)>")


def print_examples(data: PreparedDataset, examples: Sequence[Mapping[str, Any]]) -> None:
    """Print each example in a frame: question, answer, and which item each token stands for."""
    console = Console()
    for row in examples:
        console.print(example_panel(data, row))
    if not examples:
        console.print("no examples: the training part is too short")


def example_panel(data: PreparedDataset, row: Mapping[str, Any]) -> Panel:
    """The frame of one example; texts are shown as they are, without markup or control characters."""
    prompt, completion = (message_text(row[side]) for side in ("prompt", "completion"))
    named = dict.fromkeys(int(code) for code in _ITEM.findall(prompt + completion))
    lines = [Text(_printable(prompt)), Text(_printable(completion), style="bold")]
    lines += [Text(_printable(f"<item_{code}> {_title(data, code)}"), style="dim") for code in named]
    title = f"{row['task']}, template {row['template']}, evidence horizon {LEVELS[row['eh_level']]}"
    return Panel(Group(*lines), title=Text(title), title_align="left")


def message_text(messages: Sequence[Mapping[str, Any]]) -> str:
    """The text of messages, with a word where a picture stands."""
    text = ""
    for part in (part for message in messages for part in message["content"]):
        blank = "" if not text or text.endswith(" ") else " "
        text += part["text"] if part["type"] == "text" else f"{blank}{PICTURE}"
    return text


def _title(data: PreparedDataset, code: int) -> str:
    title, item_id = data.items[Columns.TITLE][code], data.items[Columns.ITEM_ID][code]
    return str(title or item_id)


def _printable(text: str) -> str:
    """Foreign text must not steer the terminal."""
    return "".join(sign if sign.isprintable() or sign == "\n" else "\N{MIDDLE DOT}" for sign in text)
