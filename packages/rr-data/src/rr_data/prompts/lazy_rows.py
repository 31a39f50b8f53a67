"""Rows that are made when they are asked for."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

Row = dict[str, Any]


class LazyRows(Sequence[Row]):
    """N rows, each made by a function of its number, whenever it is read; nothing is kept.

    Example:
        >>> rows = LazyRows(3, lambda place: {"square": place**2})
        >>> len(rows), rows[-1], list(rows[1:])
        (3, {'square': 4}, [{'square': 1}, {'square': 4}])
    """

    def __init__(self, length: int, make: Callable[[int], Row]) -> None:
        """Keep the function and how often it may be called."""
        self._places = range(length)
        self._make = make

    def __len__(self) -> int:
        """The number of rows."""
        return len(self._places)

    def __getitem__(self, index: Any) -> Any:
        """One row; of a slice, rows that are as lazy."""
        if isinstance(index, slice):
            chosen = self._places[index]
            return LazyRows(len(chosen), lambda place: self._make(chosen[place]))
        return self._make(self._places[index])

    def __iter__(self) -> Iterator[Row]:
        """Row after row."""
        return map(self._make, self._places)
