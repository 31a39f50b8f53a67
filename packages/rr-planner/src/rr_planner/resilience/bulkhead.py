"""A limit on how much runs at once, so that one slow model cannot take all the capacity there is."""

from __future__ import annotations

import threading


class Bulkhead:
    """Counts who is inside and refuses when it is full; nobody waits.

    Args:
        limit: how many may be inside.

    Example:
        >>> bulkhead = Bulkhead(1)
        >>> bulkhead.enter(), bulkhead.enter()
        (True, False)
    """

    def __init__(self, limit: int) -> None:
        """Start empty."""
        self.limit = limit
        self._inside = 0
        self._lock = threading.Lock()

    @property
    def inside(self) -> int:
        """How many are inside."""
        return self._inside

    def enter(self) -> bool:
        """Take a place; False where there is none."""
        with self._lock:
            if self._inside >= self.limit:
                return False
            self._inside += 1
            return True

    def leave(self) -> None:
        """Give a place back."""
        with self._lock:
            self._inside -= 1
