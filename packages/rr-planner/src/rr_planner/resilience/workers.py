"""Threads that run blocking calls, so that a deadline can pass while a model hangs."""

from __future__ import annotations

import contextvars
import queue
import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any

_IDLE_S = 10.0

_Job = tuple[Future[Any], Callable[[], Any]]


class Workers:
    """Daemon threads that are started when none is idle and end after some idle seconds.

    Nothing bounds their number here: each job holds a place in its model's bulkhead until it returns, so a call that
    hangs forever costs one thread and one place, and never keeps the interpreter from leaving.
    """

    def __init__(self) -> None:
        """Start without a thread."""
        self._jobs: queue.SimpleQueue[_Job] = queue.SimpleQueue()
        self._idle = 0  # threads waiting for a job that nobody has been promised
        self._lock = threading.Lock()

    def submit(self, function: Callable[[], Any]) -> Future[Any]:
        """Run `function` in a thread, in a copy of the caller's context.

        Raises:
            RuntimeError: the system has no thread to give.
        """
        future: Future[Any] = Future()
        context = contextvars.copy_context()
        with self._lock:
            promised = self._idle > 0
            self._idle -= promised
        if not promised:
            threading.Thread(target=self._work, name="rr-planner", daemon=True).start()
        self._jobs.put((future, lambda: context.run(function)))
        return future

    def _work(self) -> None:
        while (job := self._next()) is not None:
            self._run(*job)
            del job  # an idle thread holds on to nothing

    def _next(self) -> _Job | None:
        while True:
            try:
                return self._jobs.get(timeout=_IDLE_S)
            except queue.Empty:
                with self._lock:
                    if self._idle > 0:
                        self._idle -= 1
                        return None
                    # A job was promised in this very moment: it is about to arrive.

    def _run(self, future: Future[Any], function: Callable[[], Any]) -> None:
        wanted = future.set_running_or_notify_cancel()
        result, failure = None, None
        if wanted:
            try:
                result = function()
            except BaseException as error:  # it belongs to whoever waits for the future
                failure = error
        with self._lock:
            self._idle += 1  # first, so that the caller's next job finds this thread
        if wanted and failure is not None:
            future.set_exception(failure)
        elif wanted:
            future.set_result(result)
