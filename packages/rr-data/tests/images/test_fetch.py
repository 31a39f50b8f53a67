from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable

import pytest

httpx = pytest.importorskip("httpx")

from rr_data.images.fetch import DownloadLimits, FetchError, fetch_picture  # noqa: E402

LIMITS = DownloadLimits(max_bytes=10_000, redirects=2, total_seconds=30)
JPEG = {"content-type": "image/jpeg"}


def fetch(answer: Callable[[httpx.Request], httpx.Response], url: str = "http://a/x.jpg", limits=LIMITS) -> bytes:
    async def run() -> bytes:
        async with httpx.AsyncClient(transport=httpx.MockTransport(answer)) as client:
            return await fetch_picture(client, url, limits)

    return asyncio.run(run())


def failure(answer: Callable[[httpx.Request], httpx.Response], **options: object) -> FetchError:
    with pytest.raises(FetchError) as error:
        fetch(answer, **options)
    return error.value


@pytest.mark.parametrize("kind", ["image/png", "IMAGE/PNG; charset=x", "application/octet-stream", ""])
def test_a_picture(picture, kind: str) -> None:
    assert (
        fetch(lambda request: httpx.Response(200, stream=httpx.ByteStream(picture()), headers={"content-type": kind}))
        == picture()
    )


@pytest.mark.parametrize(
    ("status", "again"), [(404, False), (403, False), (410, False), (204, False), (304, False), (401, False)]
)
def test_final_answers(status: int, again: bool) -> None:
    error = failure(lambda request: httpx.Response(status))
    assert str(error).startswith(str(status))
    assert error.again is again


@pytest.mark.parametrize("status", [408, 425, 429, 500, 502, 503, 504])
def test_answers_that_may_change(status: int) -> None:
    error = failure(lambda request: httpx.Response(status, headers={"retry-after": "7"}))
    assert (error.again, error.wait) == (True, 7.0)


@pytest.mark.parametrize(
    ("content", "headers", "says"),
    [
        (b"<html>", {"content-type": "text/html"}, "content type 'text/html'"),
        (b"<svg>", {"content-type": "image/svg+xml"}, "not a picture, though sent as image/svg"),
        (b"%!PS-Adobe-3.0 EPSF", JPEG, "not a picture, though sent as image/jpeg"),
        (b"", JPEG, "not a picture"),
        (b"x", {**JPEG, "content-length": "10001"}, "10,001 bytes; at most 10,000"),
        (b"\xff\xd8\xff", {**JPEG, "content-encoding": "gzip"}, "sent compressed"),
    ],
)
def test_not_a_picture(content: bytes, headers: dict[str, str], says: str) -> None:
    async def body() -> AsyncIterator[bytes]:
        yield content

    error = failure(lambda request: httpx.Response(200, content=body(), headers=headers))
    assert says in str(error)
    assert not error.again


def test_an_endless_answer_is_cut() -> None:
    sent = []

    async def body() -> AsyncIterator[bytes]:
        yield b"\xff\xd8\xff\xe0"
        while True:
            sent.append(1)
            yield bytes(1000)

    error = failure(lambda request: httpx.Response(200, content=body(), headers=JPEG))
    assert str(error) == "over 10,000 bytes"
    assert len(sent) < 15


def test_an_answer_that_drips_runs_out_of_time() -> None:
    async def body() -> AsyncIterator[bytes]:
        yield b"\xff\xd8\xff\xe0"
        await asyncio.Event().wait()

    error = failure(
        lambda request: httpx.Response(200, content=body(), headers=JPEG), limits=DownloadLimits(total_seconds=0.01)
    )
    assert str(error) == "took over 0.01 s"
    assert error.again


@pytest.mark.parametrize(
    ("problem", "again"),
    [
        (httpx.ReadTimeout("x"), True),
        (httpx.ConnectTimeout("x"), True),
        (httpx.ConnectError("no route\nto host"), True),
        (httpx.RemoteProtocolError("cut off"), True),
        (httpx.InvalidURL("x"), False),
        (RuntimeError("odd"), False),
    ],
)
def test_trouble_on_the_way(problem: Exception, again: bool) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        raise problem

    error = failure(answer)
    assert error.again is again
    assert "\n" not in str(error)


def redirects(*places: str) -> Callable[[httpx.Request], httpx.Response]:
    """Send on along the places, then answer nothing."""
    left = list(places)
    return lambda request: httpx.Response(302, headers={"location": left.pop(0)}) if left else httpx.Response(404)


def test_redirects_are_followed(picture) -> None:
    seen = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(str(request.url))
        if len(seen) == 1:
            return httpx.Response(301, headers={"location": "../b/y.png"})
        if len(seen) == 2:
            return httpx.Response(307, headers={"location": "https://c/z.png"})
        return httpx.Response(200, stream=httpx.ByteStream(picture()), headers={"content-type": "image/png"})

    assert fetch(answer, url="http://a/x/x.jpg") == picture()
    assert seen == ["http://a/x/x.jpg", "http://a/b/y.png", "https://c/z.png"]


@pytest.mark.parametrize(
    ("places", "says"),
    [
        (["/1", "/2", "/3"], "over 2 redirects"),
        (["file:///etc/passwd"], "scheme 'file'"),
        (["/1", "ftp://a/x"], "scheme 'ftp'"),
        (["data:image/png;base64,x"], "cannot be asked for"),
    ],
)
def test_redirects_are_bounded_and_checked(places: list[str], says: str) -> None:
    error = failure(redirects(*places))
    assert says in str(error)
    assert not error.again
