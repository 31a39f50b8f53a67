from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

pytest.importorskip("httpx")

from rr_data.errors import ImageError
from rr_data.images.web_address import checked_address, is_address


@pytest.mark.parametrize(
    "text", ["http://a/1.jpg", "HTTPS://a.b:8080/x?y=z", " https://a/ü .jpg ", "http://127.0.0.1/x"]
)
def test_http_and_https(text: str) -> None:
    assert is_address(text)
    assert checked_address(text).host


@pytest.mark.parametrize(
    "text", ["file:///etc/passwd", "ftp://a/b", "data:image/png;base64,xx", "gopher://a", "javascript:x", "http:///x"]
)
def test_others_are_refused(text: str) -> None:
    assert is_address(text)
    with pytest.raises(ImageError, match=r"expected http or https|without a host"):
        checked_address(text)


@pytest.mark.parametrize("text", ["", "1.jpg", "/posters/1.jpg", "C:\\posters\\1.jpg", "../1.jpg", "//host/1.jpg"])
def test_files_are_not_addresses(text: str) -> None:
    assert not is_address(text)


@given(st.text() | st.text().map(lambda text: f"http://{text}"))
def test_any_text_is_an_address_or_an_error(text: str) -> None:
    try:
        url = checked_address(text)
    except ImageError:
        return
    assert url.scheme in ("http", "https")
