from __future__ import annotations

import builtins

import pytest

from rr_tools import InvalidDataError
from rr_tools.neighbors import free_memory


def test_what_fits_passes_and_what_does_not_is_told():
    free_memory.check_memory(10, 1.0, "it", "try another")
    with pytest.raises(InvalidDataError, match=r"it needs 2.0 GB of memory and memory_gb allows 1.*; try another"):
        free_memory.check_memory(2e9, 1.0, "it", "try another")


def test_free_memory_is_a_number_or_unknown(monkeypatch):
    free = free_memory.free_bytes()
    assert free is None or free > 0

    def no_file(*_, **__):
        raise FileNotFoundError

    monkeypatch.setattr(builtins, "open", no_file)
    elsewhere = free_memory.free_bytes()
    assert elsewhere is None or elsewhere > 0
