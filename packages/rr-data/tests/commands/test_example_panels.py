from __future__ import annotations

from typing import Any

from rich.console import Console

from rr_data.commands.example_panels import example_panel, message_text
from rr_data.prepared import PreparedDataset


def message(*parts: str | None) -> list[dict[str, Any]]:
    content = [{"type": "image", "text": None} if part is None else {"type": "text", "text": part} for part in parts]
    return [{"role": "user", "content": content}]


def test_one_blank_before_a_picture() -> None:
    assert message_text(message("Show <item_3> ", None, "?")) == "Show <item_3> [picture]?"
    assert message_text(message("<item_3>", None, ", <item_4>", None)) == "<item_3> [picture], <item_4> [picture]"
    assert message_text(message(None)) == "[picture]"


def test_foreign_text_neither_formats_nor_steers(prepared: PreparedDataset) -> None:
    row = {
        "prompt": message("[red]Is <item_0> it?\x1b[2J\a"),
        "completion": message("<answer>no"),
        "task": "direct",
        "template": 3,
        "eh_level": 2,
    }
    console = Console(width=60, record=True, force_terminal=False)
    with console.capture() as captured:
        console.print(example_panel(prepared, row))
    shown = captured.get()
    assert "[red]Is <item_0> it?" in shown
    assert "\x1b" not in shown
    assert "\a" not in shown
    assert f"<item_0> {prepared.items['title'][0]}" in shown
    assert "evidence horizon high" in shown
