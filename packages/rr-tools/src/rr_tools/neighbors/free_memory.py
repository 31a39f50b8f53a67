"""Whether a dense matrix fits, asked before it is made: an allocation that is too large may kill the process."""

from __future__ import annotations

import os

from rr_tools.errors import InvalidDataError

GIGABYTE = 1e9


def check_memory(needed: float, allowed_gb: float, what: str, instead: str) -> None:
    """Refuse what takes more memory than is allowed or free.

    Args:
        needed: bytes.
        allowed_gb: the option `memory_gb`.
        what: who needs it.
        instead: what to do instead.

    Raises:
        InvalidDataError: it does not fit.
    """
    free = free_bytes()
    if needed > allowed_gb * GIGABYTE:
        limit = f"memory_gb allows {allowed_gb:g}: raise it"
    elif free is not None and needed > free:
        limit = f"{free / GIGABYTE:.1f} are free: use a larger machine"
    else:
        return
    raise InvalidDataError(
        f"{what} needs {needed / GIGABYTE:.1f} GB of memory and {limit}, or another model; {instead}"
    )


def free_bytes() -> int | None:
    """Return the memory that is free without swapping, caches included, or None where the system does not tell."""
    try:
        with open("/proc/meminfo", encoding="ascii") as lines:  # noqa: PTH123  # a kernel's file, not a path of ours
            kilobytes = next(int(line.split()[1]) for line in lines if line.startswith("MemAvailable:"))
    except (OSError, StopIteration, ValueError):
        return _free_pages()
    return 1024 * kilobytes


def _free_pages() -> int | None:
    try:
        return os.sysconf("SC_AVPHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (AttributeError, ValueError, OSError):
        return None
