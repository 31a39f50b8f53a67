"""One try to get one picture over HTTP, within limits of time, size and kind."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final

import httpx

from rr_data.errors import ImageError
from rr_data.images.backoff import Backoff, retry_after
from rr_data.images.picture_format import picture_format
from rr_data.images.web_address import checked_address

_OPAQUE: Final = ("application/octet-stream", "binary/octet-stream", "application/x-download", "")
_AGAIN: Final = frozenset({408, 425, 429})  # and all of 500 and above
_ENOUGH: Final = 16  # bytes that tell the format


@dataclass(frozen=True, slots=True, kw_only=True)
class DownloadLimits:
    """How hard to try.

    Attributes:
        concurrency: pictures under way at once.
        per_host: of them, from one host.
        total_seconds: for one try of one picture.
        read_seconds: for each connection, and between two pieces of an answer.
        max_bytes: of one picture.
        redirects: how many to follow.
        backoff: how often to try, and how long to wait in between.
    """

    concurrency: int = 32
    per_host: int = 8
    total_seconds: float = 120.0
    read_seconds: float = 20.0
    max_bytes: int = 32 << 20
    redirects: int = 5
    backoff: Backoff = field(default_factory=Backoff)


class FetchError(ImageError):
    """A try that failed.

    Attributes:
        again: whether another one may succeed.
        wait: seconds that the server asked to wait, or None.
    """

    def __init__(self, reason: str, *, again: bool, wait: float | None = None) -> None:
        """Keep the reason, on one line."""
        super().__init__(" ".join(reason.split()))
        self.again = again
        self.wait = wait


async def fetch_picture(client: httpx.AsyncClient, url: str, limits: DownloadLimits) -> bytes:
    """Get a picture; every redirect is checked as the first address is.

    Raises:
        FetchError: no picture; nothing else is raised, whatever the server does.
    """
    try:
        async with asyncio.timeout(limits.total_seconds):
            return await _followed(client, url, limits)
    except FetchError:
        raise
    except ImageError as error:
        raise FetchError(str(error), again=False) from error
    except TimeoutError as error:
        raise FetchError(f"took over {limits.total_seconds:g} s", again=True) from error
    except httpx.TimeoutException as error:
        raise FetchError(f"no answer within {limits.read_seconds:g} s", again=True) from error
    except (httpx.UnsupportedProtocol, httpx.InvalidURL, httpx.LocalProtocolError) as error:
        raise FetchError(f"cannot be asked for: {error}", again=False) from error
    except httpx.TransportError as error:
        raise FetchError(f"{type(error).__name__}: {error}", again=True) from error
    except Exception as error:  # one odd answer must not end the run
        raise FetchError(f"{type(error).__name__}: {error}", again=False) from error


async def _followed(client: httpx.AsyncClient, url: str, limits: DownloadLimits) -> bytes:
    address = checked_address(url)
    for _ in range(limits.redirects + 1):
        async with client.stream("GET", address, follow_redirects=False) as response:
            if not response.has_redirect_location:
                _check_status(response)
                return await _body(response, limits.max_bytes)
            address = checked_address(str(response.url.join(response.headers["location"])))
    raise FetchError(f"over {limits.redirects} redirects", again=False)


def _check_status(response: httpx.Response) -> None:
    status = response.status_code
    if status == httpx.codes.OK:
        return
    reason = f"{status} {response.reason_phrase}".strip()
    again = status in _AGAIN or status >= httpx.codes.INTERNAL_SERVER_ERROR
    raise FetchError(reason, again=again, wait=retry_after(response.headers.get("retry-after"), now=datetime.now(UTC)))


async def _body(response: httpx.Response, max_bytes: int) -> bytes:
    kind = response.headers.get("content-type", "").partition(";")[0].strip().lower()
    if not (kind.startswith("image/") or kind in _OPAQUE):
        raise FetchError(f"not a picture: content type {kind!r}", again=False)
    if response.headers.get("content-encoding", "identity") != "identity":
        # An encoded answer could expand without limit.
        raise FetchError("sent compressed, though asked not to", again=False)
    length = response.headers.get("content-length", "")
    if length.isdecimal() and len(length) < 20 and int(length) > max_bytes:
        raise FetchError(f"{int(length):,} bytes; at most {max_bytes:,} are read", again=False)
    data = bytearray()
    async for piece in response.aiter_raw():
        data += piece
        if len(data) > max_bytes:
            raise FetchError(f"over {max_bytes:,} bytes", again=False)
        if len(data) >= _ENOUGH and picture_format(bytes(data[:_ENOUGH])) is None:
            break
    if picture_format(bytes(data[:_ENOUGH])) is None:
        raise FetchError(f"not a picture, though sent as {kind or 'one'}", again=False)
    return bytes(data)
