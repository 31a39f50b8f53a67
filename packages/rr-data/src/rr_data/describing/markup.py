"""HTML from text: whatever is not markup already is escaped."""

from __future__ import annotations

import html
from collections.abc import Iterable, Sequence


class Markup(str):
    """Text that is HTML already."""

    __slots__ = ()


def escaped(text: object) -> Markup:
    """Text as HTML; control characters become spaces, since HTML forbids them.

    Example:
        >>> escaped("a < b")
        'a &lt; b'
        >>> escaped(Markup("<b>"))
        '<b>'
    """
    if isinstance(text, Markup):
        return text
    return Markup(html.escape("".join(sign if sign.isprintable() else " " for sign in str(text))))


def element(name: str, content: object, *, kind: str = "") -> Markup:
    """One element with a class, or without.

    Example:
        >>> element("p", "1 < 2", kind="quiet")
        '<p class="quiet">1 &lt; 2</p>'
    """
    opening = f'{name} class="{kind}"' if kind else name
    return Markup(f"<{opening}>{escaped(content)}</{name}>")


def joined(parts: Iterable[object]) -> Markup:
    """One after another."""
    return Markup("\n".join(escaped(part) for part in parts))


def section(title: str, *content: object) -> Markup:
    """A part of the page under its heading."""
    return Markup(f"<section>{element('h2', title)}\n{joined(content)}</section>")


def table(
    caption: str, header: Sequence[str], rows: Iterable[Sequence[object]], *, kinds: Sequence[str], kind: str = ""
) -> Markup:
    """A table whose first column names the rows.

    Args:
        caption: says what the table holds.
        header: one text a column.
        rows: one cell a column.
        kinds: the class of each column's cells, such as `number`, or "".
        kind: the class of the table.
    """
    head = "".join(
        f'<th scope="col" class="{style}">{escaped(text)}</th>' for text, style in zip(header, kinds, strict=True)
    )
    body = "\n".join(f"<tr>{_cells(row, kinds)}</tr>" for row in rows)
    return Markup(
        f'<div class="scroll"><table class="{kind}"><caption>{escaped(caption)}</caption>\n'
        f"<thead><tr>{head}</tr></thead>\n<tbody>{body}</tbody></table></div>"
    )


def _cells(row: Sequence[object], kinds: Sequence[str]) -> str:
    first, *others = row
    cells = [f'<th scope="row" class="{kinds[0]}">{escaped(first)}</th>']
    cells += [f'<td class="{style}">{escaped(cell)}</td>' for cell, style in zip(others, kinds[1:], strict=True)]
    return "".join(cells)
