"""Pickles that others wrote, read without trust; and the plain kind, written for those who read nothing else.

The module `pickle` is used nowhere: see `rr_data.sources.pickle_machine` for why.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Iterator, Mapping
from itertools import chain, islice
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

from rr_data.errors import UnreadableSourceError
from rr_data.sources.pickle_machine import PickleMachine
from rr_data.sources.pickle_steps import STEPS
from rr_data.sources.pickle_values import RefusedPickleError

MAX_BYTES: Final = 4 << 30
MAX_VALUES: Final = 200_000_000
MAX_DEPTH: Final = 16
_CONTAINERS: Final = frozenset({list, tuple, dict})
_LEAVES: Final = frozenset({str, int, float, bool, bytes, type(None), set, frozenset})
_LEAST_ROOM: Final = 10_000  # containers that any pickle may hold by sharing
_NO_STAND_INS: Final[Mapping[str, type]] = MappingProxyType({})


def load_plain(
    path: Path, stand_ins: Mapping[str, type] = _NO_STAND_INS, *, max_bytes: int = MAX_BYTES, max_depth: int = MAX_DEPTH
) -> Any:
    """Read a pickle of plain values: None, numbers, texts, bytes, and lists, tuples, sets and dicts of them.

    NumPy's numbers become Python's; `OrderedDict` and `defaultdict` become dicts. Nothing that the file names is
    imported or called.

    Args:
        path: a pickle of protocol 2 to 5.
        stand_ins: classes by the full name in the pickle, such as `__main__.LMDB_Image`. An instance is made without
            `__init__`, and gets the pickled state as attributes, unchecked.
        max_bytes: largest file.
        max_depth: how deep containers may be nested.

    Raises:
        UnreadableSourceError: no such file, one that is too large, cut off or damaged, or anything that is not plain
            data: other classes, containers nested deeper, or shared so often that walking through them would not end.
    """
    try:
        size = path.stat().st_size
        if size > max_bytes:
            raise UnreadableSourceError(f"{path}: {size} bytes; a pickle may have at most {max_bytes}")
        data = path.read_bytes()
    except OSError as error:
        raise UnreadableSourceError(f"{path}: cannot be read: {error.strerror or error}") from error
    return load_plain_bytes(data, stand_ins, name=str(path), max_depth=max_depth)


def load_plain_bytes(
    data: bytes, stand_ins: Mapping[str, type] = _NO_STAND_INS, *, name: str = "pickle", max_depth: int = MAX_DEPTH
) -> Any:
    r"""Read a pickle from memory; see `load_plain`.

    Args:
        data: the pickle.
        stand_ins: classes by the full name in the pickle.
        name: what errors call it.
        max_depth: how deep containers may be nested.

    Raises:
        UnreadableSourceError: damaged, or not plain data.

    Example:
        >>> load_plain_bytes(b"\x80\x02]q\x00(K\x01X\x01\x00\x00\x00ae.")
        [1, 'a']
        >>> load_plain_bytes(b"\x80\x02cos\nsystem\nq\x00X\x02\x00\x00\x00ls\x85R.")
        Traceback (most recent call last):
        rr_data.errors.UnreadableSourceError: pickle: not a plain pickle: it asks for os.system, ... (byte 13)
    """
    machine = PickleMachine(data, stand_ins=stand_ins, max_values=MAX_VALUES)
    try:
        value = machine.run(STEPS)
        _check_shape(value, kinds=frozenset(stand_ins.values()), room=len(data) + _LEAST_ROOM, max_depth=max_depth)
    except RefusedPickleError as error:
        raise UnreadableSourceError(f"{name}: not a plain pickle: {error} (byte {machine.position})") from error
    except (LookupError, ValueError, TypeError, AttributeError, OverflowError, struct.error, MemoryError) as error:
        raise UnreadableSourceError(f"{name}: a damaged pickle: {error} (byte {machine.position})") from error
    return value


def dump_plain(value: Any, path: Path) -> None:
    """Write plain values as a pickle of protocol 2, the format of PETER's `reviews.pickle`.

    Args:
        value: None, booleans, integers, floats, texts, and lists, tuples and dicts of them.
        path: the file to write.

    Raises:
        TypeError: anything else.
    """
    with path.open("wb") as file:
        file.write(b"\x80\x02")
        for part in _written(value):
            file.write(part)
        file.write(b".")


def _check_shape(value: Any, *, kinds: frozenset[type], room: int, max_depth: int) -> None:
    """Walk through all containers, level by level, as often as they are referred to."""
    level, walked = list(_containers([value], kinds)), 0
    for _ in range(max_depth + 1):
        walked += len(level)
        if not level:
            return
        if walked > room:
            raise RefusedPickleError("its values are shared so often that it would never end")
        within = chain.from_iterable(_containers(container, kinds) for container in level)
        level = list(islice(within, room - walked + 1))
    raise RefusedPickleError(f"its values are nested deeper than {max_depth}")


def _containers(value: Any, kinds: frozenset[type]) -> Iterator[Any]:
    """The containers right inside one; anything but containers and plain values is refused."""
    if isinstance(value, list | tuple):
        parts: Iterable[Any] = value
    else:
        parts = value.values() if isinstance(value, dict) else vars(value).values()
    for part in parts:
        kind = type(part)
        if kind in _CONTAINERS or kind in kinds:
            yield part
        elif kind not in _LEAVES:
            raise RefusedPickleError(f"a {kind.__name__.lstrip('_').lower()} stands among its values")


def _written(value: Any) -> Iterator[bytes]:
    if value is None:
        yield b"N"
    elif isinstance(value, bool):
        yield b"\x88" if value else b"\x89"
    elif isinstance(value, int):
        digits = value.to_bytes(value.bit_length() // 8 + 1, "little", signed=True)
        yield b"\x8a" + bytes([len(digits)]) + digits
    elif isinstance(value, float):
        yield b"G" + struct.pack(">d", value)
    elif isinstance(value, str):
        text = value.encode()
        yield b"X" + struct.pack("<I", len(text)) + text
    elif isinstance(value, list | tuple):
        yield b"(" if isinstance(value, tuple) else b"]("
        for part in value:
            yield from _written(part)
        yield b"t" if isinstance(value, tuple) else b"e"
    elif isinstance(value, dict):
        yield b"}("
        for part in chain.from_iterable(value.items()):
            yield from _written(part)
        yield b"u"
    else:
        raise TypeError(f"{type(value).__name__} is not plain data")
