import threading
from concurrent.futures import ThreadPoolExecutor

from rr_planner.resilience.bulkhead import Bulkhead


def test_no_more_than_the_limit_are_ever_inside():
    bulkhead, barrier = Bulkhead(7), threading.Barrier(64)
    most = 0

    def visit(_):
        nonlocal most
        barrier.wait()
        entered = 0
        for _ in range(50):
            if bulkhead.enter():
                entered += 1
                most = max(most, bulkhead.inside)
                bulkhead.leave()
        return entered

    with ThreadPoolExecutor(64) as pool:
        assert sum(pool.map(visit, range(64))) > 0
    assert 1 <= most <= 7
    assert bulkhead.inside == 0
    assert [bulkhead.enter() for _ in range(8)] == [True] * 7 + [False]
