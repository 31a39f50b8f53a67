"""A page of results keeps what a person wrote."""

from __future__ import annotations

from pathlib import Path

from recipes.bench.page import MARK, write_below


def test_what_stands_above_the_mark_is_kept(tmp_path: Path) -> None:
    page = tmp_path / "results" / "tools.md"
    write_below(page, "first", title="Tools")
    page.write_text(page.read_text().replace("# Tools", "# Tools\n\nBy hand."))
    write_below(page, "second", title="Tools")
    assert page.read_text() == f"# Tools\n\nBy hand.\n\n{MARK}\n\nsecond\n"
