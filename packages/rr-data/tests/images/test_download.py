from __future__ import annotations

import asyncio
import threading
from collections import Counter
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

httpx = pytest.importorskip("httpx")
pytest.importorskip("PIL.Image")

from rr_data.errors import ImageError  # noqa: E402
from rr_data.images.backoff import Backoff  # noqa: E402
from rr_data.images.download import Downloads, download_pictures  # noqa: E402
from rr_data.images.fetch import DownloadLimits  # noqa: E402


class Web:
    """Answers by path: a list of answers is given one after the other, the last one for ever."""

    def __init__(self, **answers: list[object]) -> None:
        self.answers, self.asked = answers, Counter()

    async def __call__(self, request: httpx.Request) -> httpx.Response:
        name = request.url.path.strip("/")
        answers = self.answers[name]
        answer = answers[min(self.asked[name], len(answers) - 1)]
        self.asked[name] += 1
        if isinstance(answer, Exception):
            raise answer
        if isinstance(answer, httpx.Response):
            return httpx.Response(answer.status_code, headers=answer.headers)
        return httpx.Response(200, stream=httpx.ByteStream(answer), headers={"content-type": "image/png"})


@pytest.fixture
def download(tmp_path: Path):
    """Download from a Web; waiting only takes note of how long."""
    waits: list[float] = []

    async def sleep(seconds: float) -> None:
        waits.append(seconds)

    def call(web: Callable, *urls: str, folder: Path = tmp_path / "d", **options: object) -> tuple[Downloads, list]:
        waits.clear()
        options = {"transport": httpx.MockTransport(web), "sleep": sleep, "jitter": lambda: 1.0, **options}
        return download_pictures(urls, folder, **options), list(waits)

    return call


def test_got_kept_and_counted(download, picture) -> None:
    seen = []
    web = Web(a=[picture("a")], b=[picture("b")])
    urls = ["http://h/a", "http://i/b", "http://h/a"]
    got, _ = download(web, *urls, progress=lambda done, total: seen.append((done, total)))
    assert {url: path.read_bytes() for url, path in got.files.items()} == {urls[0]: picture("a"), urls[1]: picture("b")}
    assert (got.failures, got.fetched, web.asked) == ({}, 2, {"a": 1, "b": 1})
    assert seen == [(1, 2), (2, 2)]


def test_tried_again_with_growing_waits(download, picture) -> None:
    busy = httpx.Response(503)
    web = Web(a=[busy, httpx.ReadTimeout("x"), httpx.Response(429, headers={"retry-after": "9"}), picture()])
    got, waits = download(web, "http://h/a")
    assert list(got.files) == ["http://h/a"]
    assert waits == [1.0, 2.0, 10.0]
    assert web.asked["a"] == 4


def test_a_long_retry_after_is_capped(download, picture) -> None:
    web = Web(a=[httpx.Response(503, headers={"retry-after": "86400"}), picture()])
    assert download(web, "http://h/a")[1] == [60.0]


def test_given_up_after_the_last_try(download) -> None:
    got, waits = download(
        Web(a=[httpx.Response(503)]), "http://h/a", limits=DownloadLimits(backoff=Backoff(attempts=3))
    )
    failure = got.failures["http://h/a"]
    assert (failure.reason, failure.attempts, len(waits)) == ("503 Service Unavailable", 3, 2)


@pytest.mark.parametrize("status", [403, 404, 410])
def test_not_tried_again(download, status: int) -> None:
    got, waits = download(Web(a=[httpx.Response(status)]), "http://h/a")
    assert (got.failures["http://h/a"].attempts, waits) == (1, [])


@pytest.mark.parametrize("url", ["file:///etc/passwd", "ftp://h/a", "http://", "", "\0"])
def test_other_addresses_are_never_asked(download, url: str) -> None:
    web = Web()
    got, _ = download(web, url)
    assert got.failures[url].attempts == 0
    assert not web.asked


def test_what_does_not_decode_does_not_count(download, picture, tmp_path: Path) -> None:
    got, _ = download(Web(a=[picture()[:-40]]), "http://h/a")
    assert "unreadable picture" in got.failures["http://h/a"].reason
    assert list((tmp_path / "d").iterdir()) == []


def test_resumed(download, picture) -> None:
    web = Web(a=[picture("a")], b=[httpx.Response(404), picture("b")])
    assert download(web, "http://h/a", "http://h/b")[0].fetched == 1
    got, _ = download(web, "http://h/a", "http://h/b")
    assert (len(got.files), got.fetched, web.asked) == (2, 1, {"a": 1, "b": 2})


def test_a_stopped_run_loses_nothing_that_was_finished(download, picture) -> None:
    class Stop(BaseException):
        pass

    def stop(done: int, total: int) -> None:
        if done == 3:
            raise Stop

    names = "abcdef"
    urls = [f"http://h/{name}" for name in names]
    web = Web(**{name: [picture(name)] for name in names})
    with pytest.raises(Stop):
        download(web, *urls, progress=stop, limits=DownloadLimits(concurrency=1))
    finished = web.asked.total()
    assert finished < 6
    assert download(web, *urls)[0].fetched <= 6 - 3
    assert max(web.asked.values()) <= 2


@pytest.mark.parametrize(("concurrency", "per_host", "most", "most_of_one"), [(4, 2, 4, 2), (3, 9, 3, 3)])
def test_bounded_in_all_and_by_host(
    download, picture, concurrency: int, per_host: int, most: int, most_of_one: int
) -> None:
    now, peak = Counter(), Counter()

    async def web(request: httpx.Request) -> httpx.Response:
        for key in ("all", request.url.host):
            now[key] += 1
            peak[key] = max(peak[key], now[key])
        for _ in range(20):
            await asyncio.sleep(0)
        for key in ("all", request.url.host):
            now[key] -= 1
        return httpx.Response(200, stream=httpx.ByteStream(picture()), headers={"content-type": "image/png"})

    urls = [f"http://{host}/{number}" for host in "xyz" for number in range(8)]
    got, _ = download(web, *urls, limits=DownloadLimits(concurrency=concurrency, per_host=per_host))
    assert len(got.files) == 24
    assert peak["all"] == most
    assert max(peak[host] for host in "xyz") == most_of_one


def test_a_host_that_hangs_holds_up_no_other(download, picture) -> None:
    waiting = asyncio.Event()

    async def web(request: httpx.Request) -> httpx.Response:
        if request.url.host == "slow" and request.url.path != "/last":
            await waiting.wait()
        if request.url.path == "/free":
            waiting.set()
        return httpx.Response(200, stream=httpx.ByteStream(picture()), headers={"content-type": "image/png"})

    urls = [*(f"http://slow/{number}" for number in range(50)), "http://quick/free"]
    got, _ = download(web, *urls, limits=DownloadLimits(concurrency=9, per_host=8))
    assert len(got.files) == 51


def test_inside_a_running_loop(download, picture) -> None:
    async def notebook() -> Downloads:
        return download(Web(a=[picture()]), "http://h/a")[0]

    assert asyncio.run(notebook()).fetched == 1


def test_a_folder_that_cannot_be_written(download, picture, tmp_path: Path, monkeypatch) -> None:
    def full(self: Path, data: bytes) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(ImageError, match="No space left"):
        download(Web(a=[picture()]), "http://h/a")


@pytest.fixture
def server(picture):
    """A real server on the loopback: pictures, cut ones, one that closes at once."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            if self.path == "/closes":
                return
            data = picture(self.path)
            self.send_response(200)
            self.send_header("Content-Type", "image/png")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data[:-10] if self.path == "/cut" else data)

        def log_message(self, *arguments: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def test_from_a_real_server(download, picture, server: str) -> None:
    urls = [f"{server}/{name}" for name in (*range(30), "cut", "closes")]
    got, waits = download(
        None, *urls, transport=httpx.AsyncHTTPTransport(), limits=DownloadLimits(backoff=Backoff(attempts=2))
    )
    assert {url: path.read_bytes() for url, path in got.files.items()} == {
        url: picture(url.removeprefix(server)) for url in urls[:30]
    }
    assert {url.removeprefix(server): failure.attempts for url, failure in got.failures.items()} == {
        "/cut": 2,
        "/closes": 2,
    }
    assert len(waits) == 2
