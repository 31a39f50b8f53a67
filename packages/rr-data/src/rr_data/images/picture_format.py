"""What a file is, by its first bytes, whatever its name or its server says."""

from __future__ import annotations

import re
from typing import Final

_MAGIC: Final = re.compile(
    rb"(?P<jpeg>\xff\xd8\xff)|(?P<png>\x89PNG\r\n\x1a\n)|(?P<gif>GIF8[79]a)|(?P<webp>RIFF.{4}WEBP)|(?P<bmp>BM)",
    re.DOTALL,
)


def picture_format(data: bytes) -> str | None:
    r"""`jpeg`, `png`, `gif`, `webp`, `bmp`, or None where it is none of them.

    Example:
        >>> picture_format(b"\xff\xd8\xff\xe0..."), picture_format(b"<html>")
        ('jpeg', None)
    """
    found = _MAGIC.match(data)
    return found and found.lastgroup
