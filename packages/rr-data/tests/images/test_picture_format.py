from __future__ import annotations

import pytest

from rr_data.images.picture_format import picture_format


@pytest.mark.parametrize("name", ["JPEG", "PNG", "GIF", "WEBP", "BMP"])
def test_known_by_the_first_bytes(picture, name: str) -> None:
    assert picture_format(picture(format=name)) == name.lower()
    assert picture_format(picture(format=name)[:16]) == name.lower()


@pytest.mark.parametrize("data", [b"", b"<html>", b"%!PS-Adobe", b"\xff\xd8", b"RIFF0000WAVE", b" \x89PNG\r\n\x1a\n"])
def test_anything_else_is_none(data: bytes) -> None:
    assert picture_format(data) is None
