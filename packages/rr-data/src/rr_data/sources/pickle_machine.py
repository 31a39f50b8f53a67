"""The part of pickle's language that plain values need, interpreted here so that nothing else can happen.

Python's own unpickler is no base for hostile files: even with every class refused, seven bytes make it fill gigabytes
(a memo index), and a tuple of tuples as the key of a dict makes it hash for ever or overflow the C stack. Here keys are
plain scalars, memo indices follow the number of values, and sizes are those of the file.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from rr_data.sources.pickle_values import (
    BUILTINS,
    CALLS,
    FACTORIES,
    Global,
    NumpyType,
    RefusedPickleError,
    numpy_order,
)

STOP: Final = ord(".")
_MARK: Final = object()


class PickleMachine:
    """Runs one pickle of protocol 2 or later.

    Args:
        data: the pickle.
        stand_ins: classes by the full name that the pickle calls them; instances get the pickled state as attributes,
            and their `__init__` is not called.
        max_values: how many values the pickle may make.
    """

    def __init__(self, data: bytes, *, stand_ins: Mapping[str, type], max_values: int) -> None:
        """Prepare to run."""
        self._data = data
        self._at = 0
        self._stand_ins = stand_ins
        self._max_values = max_values
        self._stack: list[Any] = []
        self._marks: list[int] = []
        self._memo: dict[int, Any] = {}

    @property
    def position(self) -> int:
        """How far the pickle has been read, in bytes."""
        return self._at

    def run(self, steps: Mapping[int, Callable[[PickleMachine], Any]]) -> Any:
        """The pickled value. A broken pickle raises RefusedPickleError, or what its mistake leads to."""
        data, made = self._data, 0
        while (code := data[self._at]) != STOP:
            self._at += 1
            step = steps.get(code)
            if step is None:
                raise RefusedPickleError(f"operation {bytes([code])!r}, which plain values of protocol 2 to 5 need not")
            step(self)
            made += 1
            if made > self._max_values:
                raise RefusedPickleError(f"more than {self._max_values} steps")
        (value,) = self._stack
        return value

    def take(self, size: int) -> bytes:
        """The next bytes."""
        end = self._at + size
        if end > len(self._data):
            raise RefusedPickleError("cut off")
        part = self._data[self._at : end]
        self._at = end
        return part

    def counted(self, width: int) -> bytes:
        """Bytes that follow their own count."""
        return self.take(int.from_bytes(self.take(width), "little"))

    def line(self) -> str:
        """The rest of a line."""
        end = self._data.index(b"\n", self._at)
        text = self._data[self._at : end].decode("ascii")
        self._at = end + 1
        return text

    def push(self, value: Any) -> None:
        """Put a value on the stack."""
        self._stack.append(value)

    def pop(self) -> Any:
        """Take the top value, which must lie above the last mark."""
        value = self._stack.pop()
        if value is _MARK:
            raise RefusedPickleError("a value is missing")
        return value

    def top(self) -> Any:
        """The top value."""
        return self._stack[-1]

    def mark(self) -> None:
        """Mark the place from which `since_mark` takes."""
        self._marks.append(len(self._stack))
        self._stack.append(_MARK)

    def since_mark(self) -> list[Any]:
        """Take the values above the last mark, and the mark."""
        at = self._marks.pop()
        values = self._stack[at + 1 :]
        del self._stack[at:]
        return values

    def memoize(self, index: int) -> None:
        """Remember the top value. Picklers number the values from 0 or 1."""
        if index > len(self._memo) + 1:
            raise RefusedPickleError(f"memo index {index} after {len(self._memo)} values")
        self._memo[index] = self.top()

    def recall(self, index: int) -> None:
        """Put a remembered value on the stack."""
        self.push(self._memo[index])

    def memo_size(self) -> int:
        """How many values are remembered."""
        return len(self._memo)

    def name_global(self, module: str, name: str) -> None:
        """Put a named class or function on the stack, if it is one of those known here."""
        full = f"{module}.{name}"
        plain = full in CALLS or (module in BUILTINS and name in FACTORIES)
        if not plain and full not in self._stand_ins:
            raise RefusedPickleError(f"it asks for {full}, which is not plain data")
        self.push(Global(full))

    def call(self) -> None:
        """Apply a known function to its arguments."""
        arguments, function = self.pop(), self.pop()
        if not isinstance(function, Global) or not isinstance(arguments, tuple):
            raise RefusedPickleError("a call of what is no function")
        make = CALLS.get(function.name)
        if make is None:
            raise RefusedPickleError(f"it calls {function.name}, which is not plain data")
        self.push(make(*arguments))

    def new(self) -> None:
        """Make an empty instance of a stand-in."""
        arguments, kind = self.pop(), self.pop()
        if not isinstance(kind, Global) or kind.name not in self._stand_ins or arguments != ():
            raise RefusedPickleError("an instance of what is not plain data")
        self.push(object.__new__(self._stand_ins[kind.name]))

    def build(self) -> None:
        """Give the top value its state."""
        state, value = self.pop(), self.top()
        if isinstance(value, NumpyType):
            value.order = numpy_order(state)
        elif type(value) in self._stand_ins.values() and isinstance(state, dict):
            for name, part in state.items():
                if not isinstance(name, str) or not name.isidentifier() or name.startswith("__"):
                    raise RefusedPickleError(f"an attribute {name!r}")
                object.__setattr__(value, name, part)
        else:
            raise RefusedPickleError("a state of what is not plain data")
