from types import SimpleNamespace

import pytest

from rr_planner.resilience.faults import Fault, fault_of


def error_with(**attributes):
    error = RuntimeError("from a client")
    error.__dict__.update(attributes)
    return error


@pytest.mark.parametrize(
    ("error", "retryable"),
    [
        (ConnectionResetError("gone"), True),
        (TimeoutError("late"), True),
        (RuntimeError("cuda"), True),
        (ValueError("shape"), False),
        (KeyError("user"), False),
        (PermissionError("no"), False),
        (MemoryError(), False),
        (error_with(status_code=503), True),
        (error_with(status_code=401), False),
        (error_with(status=404), False),
        (error_with(response=SimpleNamespace(status_code=401, headers={})), False),
        (error_with(response=SimpleNamespace(status_code=429, headers={})), True),
        (error_with(status="failed"), True),  # no HTTP status
    ],
)
def test_what_is_worth_a_second_try(error, retryable):
    assert fault_of(error) == Fault(retryable)


@pytest.mark.parametrize(
    ("given", "seconds"),
    [("120", 120.0), ("0", 0.0), ("-3", 0.0), ("nan", 0.0), ("inf", 0.0), ("Wed, 21 Oct 2015 07:28:00 GMT", 0.0)],
)
def test_retry_after(given, seconds):
    response = SimpleNamespace(status_code=429, headers={"retry-after": given})
    assert fault_of(error_with(response=response)) == Fault(True, seconds)
    assert fault_of(error_with(status_code=429, headers={"Retry-After": given})) == Fault(True, seconds)
    assert fault_of(error_with(status_code=429, retry_after=given)) == Fault(True, seconds)
