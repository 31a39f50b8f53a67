"""Addresses of pictures: http and https, nothing else."""

from __future__ import annotations

import re
from typing import Final

import httpx

from rr_data.errors import ImageError

SCHEMES: Final = ("http", "https")
_SCHEME: Final = re.compile(r"\s*([A-Za-z][A-Za-z0-9+.-]+):")  # two letters or more: C:\ is a drive
_SHOWN: Final = 200


def is_address(text: str) -> bool:
    r"""Whether a text starts with a scheme, as `http:` and `file:` do, and the path of a file does not.

    Example:
        >>> is_address("file:///etc/passwd"), is_address(r"C:\posters\1.jpg"), is_address("posters/1.jpg")
        (True, False, False)
    """
    return _SCHEME.match(text) is not None


def checked_address(text: str) -> httpx.URL:
    """Parse an address that may be asked for.

    Raises:
        ImageError: another scheme than http and https, no host, or no address at all.

    Example:
        >>> checked_address("file:///etc/passwd")
        Traceback (most recent call last):
        rr_data.errors.ImageError: scheme 'file'; expected http or https
    """
    try:
        url = httpx.URL(text.strip())
        host = url.host
    except (httpx.InvalidURL, ValueError) as error:
        raise ImageError(f"not an address: {str(error)[:_SHOWN]}") from error
    if url.scheme not in SCHEMES:
        raise ImageError(f"scheme {url.scheme[:_SHOWN]!r}; expected http or https")
    if not host:
        raise ImageError("an address without a host")
    return url
