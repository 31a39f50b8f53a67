import contextvars
import threading

import pytest

from rr_planner.resilience.workers import Workers


def test_results_errors_and_context_come_back():
    told = contextvars.ContextVar("told", default="nothing")
    told.set("by the caller")
    workers = Workers()
    assert workers.submit(told.get).result() == "by the caller"
    with pytest.raises(KeyError, match="x"):
        workers.submit(lambda: {}["x"]).result()


def test_a_hung_job_does_not_hold_up_the_others():
    workers, release = Workers(), threading.Event()
    hung = workers.submit(release.wait)
    assert [workers.submit(lambda one=one: one).result(10) for one in range(5)] == list(range(5))
    assert not hung.done()
    release.set()
    assert hung.result(10)


def test_threads_are_used_again_and_daemonic():
    workers = Workers()
    seen = {workers.submit(threading.current_thread).result() for _ in range(20)}
    assert len(seen) == 1
    assert all(thread.daemon for thread in seen)


def test_idle_threads_end(monkeypatch):
    monkeypatch.setattr("rr_planner.resilience.workers._IDLE_S", 0.01)
    workers = Workers()
    thread = workers.submit(threading.current_thread).result()
    thread.join(10)
    assert not thread.is_alive()
    assert workers.submit(lambda: 1).result() == 1


def test_a_cancelled_job_never_runs():
    workers, release, ran = Workers(), threading.Event(), []
    workers.submit(release.wait)
    future = workers.submit(lambda: ran.append(1))
    if future.cancel():
        release.set()
        workers.submit(lambda: None).result()
        assert ran == []
    release.set()
