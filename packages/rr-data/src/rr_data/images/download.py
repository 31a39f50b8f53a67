"""Many pictures over HTTP: some at once, fewer from one host, with retries, resumed where an earlier run stopped."""

from __future__ import annotations

import asyncio
import random
from collections import deque
from collections.abc import Awaitable, Callable, Coroutine, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import httpx

from rr_data.errors import ImageError
from rr_data.images.download_folder import DownloadFolder
from rr_data.images.failures import Failure
from rr_data.images.fetch import DownloadLimits, FetchError, fetch_picture
from rr_data.images.pictures import decode_picture, refusing_bombs
from rr_data.images.web_address import checked_address

_HEADERS: Final = {"User-Agent": "rr-data", "Accept": "image/*", "Accept-Encoding": "identity"}


@dataclass(frozen=True, slots=True)
class Downloads:
    """What came of it.

    Attributes:
        files: the file of each address that was got, now or by an earlier run.
        failures: reason and number of tries of each address that was not; `item_id` is empty here.
        fetched: how many were got now.
    """

    files: dict[str, Path] = field(default_factory=dict)
    failures: dict[str, Failure] = field(default_factory=dict)
    fetched: int = 0


def download_pictures(
    urls: Iterable[str],
    folder: Path,
    *,
    limits: DownloadLimits | None = None,
    progress: Callable[[int, int], None] = lambda done, total: None,
    transport: httpx.AsyncBaseTransport | None = None,
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    jitter: Callable[[], float] = random.random,
) -> Downloads:
    """Download pictures into a folder; what an earlier run got is not asked for again.

    A picture counts as got once it is whole, of a known format, and decoded. Too many requests, a server's error, a
    broken connection or a timeout are tried again, after the wait that the server asks for; other answers are final.

    Args:
        urls: http or https; repeated ones are fetched once.
        folder: a `DownloadFolder`, made if need be.
        limits: how hard to try.
        progress: called with how many are done and how many there are.
        transport: what httpx sends requests by, for tests; the network if None.
        sleep: how to wait; seconds.
        jitter: draws from [0, 1).

    Raises:
        ImageError: the folder cannot be written. A picture that cannot be had is never an error.
    """
    limits = limits or DownloadLimits()
    timeout = httpx.Timeout(limits.read_seconds, pool=None)
    pool = httpx.Limits(max_connections=limits.concurrency, max_keepalive_connections=limits.concurrency)

    async def run() -> Downloads:
        async with httpx.AsyncClient(headers=_HEADERS, timeout=timeout, limits=pool, transport=transport) as client:
            return await _Run(client, DownloadFolder(folder), limits, progress, sleep, jitter).all(urls)

    with refusing_bombs():
        try:
            return _finished(run())
        except BaseExceptionGroup as group:
            raise group.exceptions[0] from group


def _finished(coroutine: Coroutine[Any, Any, Downloads]) -> Downloads:
    """Run to the end; in a thread of its own where a loop runs already, as in a notebook."""
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return asyncio.run(coroutine)
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, coroutine).result()


class _Run:
    """One call of `download_pictures`."""

    def __init__(
        self,
        client: httpx.AsyncClient,
        folder: DownloadFolder,
        limits: DownloadLimits,
        progress: Callable[[int, int], None],
        sleep: Callable[[float], Awaitable[None]],
        jitter: Callable[[], float],
    ) -> None:
        self._client, self._folder, self._limits = client, folder, limits
        self._progress, self._sleep, self._jitter = progress, sleep, jitter
        self._slots = asyncio.Semaphore(limits.concurrency)
        self._total = self._fetched = 0
        self._files: dict[str, Path] = {}
        self._failures: dict[str, Failure] = {}

    async def all(self, urls: Iterable[str]) -> Downloads:
        """A few tasks a host take from its queue, so that a slow host holds up no other."""
        wanted = list(dict.fromkeys(urls))
        self._total = len(wanted)
        queues: dict[str, deque[str]] = {}
        for url in wanted:
            self._enqueue(url, queues)
        async with asyncio.TaskGroup() as group:
            for queue in queues.values():
                for _ in range(min(self._limits.per_host, len(queue))):
                    group.create_task(self._work(queue))
        return Downloads(self._files, self._failures, self._fetched)

    def _enqueue(self, url: str, queues: dict[str, deque[str]]) -> None:
        path = self._folder.get(url)
        if path is not None:
            self._got(url, path)
            return
        try:
            host = checked_address(url).host
        except ImageError as error:
            self._failed(url, str(error), attempts=0)
        else:
            queues.setdefault(host, deque()).append(url)

    async def _work(self, queue: deque[str]) -> None:
        while queue:
            await self._get(queue.popleft())

    async def _get(self, url: str) -> None:
        backoff = self._limits.backoff
        for attempt in range(1, backoff.attempts + 1):
            try:
                async with self._slots:
                    data = await fetch_picture(self._client, url, self._limits)
                    path = await asyncio.to_thread(self._keep, url, data)
            except FetchError as error:
                if not error.again or attempt == backoff.attempts:
                    self._failed(url, str(error), attempts=attempt)
                    return
                # The slot is free meanwhile; the host's task is not, which spares a host that is overloaded.
                await self._sleep(backoff.wait(attempt, asked=error.wait, jitter=self._jitter()))
            else:
                self._fetched += 1
                self._got(url, path)
                return

    def _keep(self, url: str, data: bytes) -> Path:
        try:
            decode_picture(data, "")
        except ImageError as error:
            raise FetchError(str(error), again=False) from error
        return self._folder.add(url, data)

    def _got(self, url: str, path: Path) -> None:
        self._files[url] = path
        self._tell()

    def _failed(self, url: str, reason: str, *, attempts: int) -> None:
        self._failures[url] = Failure("", url, reason, attempts)
        self._tell()

    def _tell(self) -> None:
        self._progress(len(self._files) + len(self._failures), self._total)
