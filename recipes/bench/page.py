"""A page of results: what a person wrote stays above the mark, what a command measured stands below it."""

from __future__ import annotations

from pathlib import Path

MARK = "<!-- tables -->"


def write_below(out: Path, text: str, *, title: str) -> None:
    """Put `text` below the mark of the page `out`; a new page begins with `title`."""
    above = out.read_text(encoding="utf-8").partition(f"\n{MARK}\n")[0].rstrip() if out.exists() else f"# {title}"
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(f"{above}\n\n{MARK}\n\n{text.strip()}\n", encoding="utf-8")
