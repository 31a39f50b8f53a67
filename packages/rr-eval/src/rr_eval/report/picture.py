"""Items as a person sees them: a title and a picture that travels inside the page."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from pathlib import Path

_MAGIC = (
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"GIF8", "image/gif"),
)


@dataclass(frozen=True, slots=True)
class ItemCard:
    """An item to show.

    Attributes:
        item_id: tells whether two cards are the same item.
        title: a short name for a person.
        image: a JPEG, PNG, GIF or WebP file; None, or a file that is missing or none of these, shows the title's
            initials instead.
    """

    item_id: str
    title: str
    image: Path | None = None

    @property
    def source(self) -> str | None:
        """The picture as a data URI, or None."""
        return None if self.image is None else data_uri(self.image)

    @property
    def initials(self) -> str:
        """Up to two letters that stand in for a missing picture.

        Example:
            >>> ItemCard("50", "Star Wars").initials, ItemCard("9", "").initials
            ('SW', '?')
        """
        return "".join(word[0] for word in self.title.split()[:2] if word).upper() or "?"


def data_uri(path: Path) -> str | None:
    """Return a picture file as a data URI, or None where it is missing, unreadable or of another format."""
    try:
        content = path.read_bytes()
    except OSError:
        return None
    kind = _media_type(content)
    return None if kind is None else f"data:{kind};base64,{base64.b64encode(content).decode('ascii')}"


def _media_type(content: bytes) -> str | None:
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return "image/webp"
    return next((kind for magic, kind in _MAGIC if content.startswith(magic)), None)
