"""The values that plain pickles make, and the few functions that they may ask for."""

from __future__ import annotations

import struct
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, Final

_SCALARS: Final = frozenset({str, int, float, bool, bytes, type(None)})
_LARGEST_INTEGER: Final = 16  # bytes
FACTORIES: Final = ("list", "dict", "int", "long", "set", "str", "unicode", "float")  # defaults of a defaultdict
BUILTINS: Final = ("builtins", "__builtin__")
_NUMPY_SCALARS: Final = ("numpy.core.multiarray.scalar", "numpy._core.multiarray.scalar")
_NUMPY_CODES: Final = {"i1": "b", "u1": "B", "i2": "h", "u2": "H", "i4": "i", "u4": "I", "i8": "q", "u8": "Q",
                       "f2": "e", "f4": "f", "f8": "d", "b1": "?"}  # fmt: skip


class RefusedPickleError(Exception):
    """What the pickle holds is not plain."""


class Global:
    """A class or function that a pickle names; known by its name only."""

    __slots__ = ("name",)

    def __init__(self, name: str) -> None:
        """Keep the name."""
        self.name = name


class NumpyType:
    """Stands in for `numpy.dtype`, since lists of indices are often pickled with NumPy's integers in them."""

    __slots__ = ("code", "order")

    def __init__(self, code: str) -> None:
        """Begin with the usual byte order."""
        self.code, self.order = code, "<"


def plain_key(value: Any) -> Any:
    """The value, if it may be a key: hashing it must be quick and call nothing.

    Raises:
        RefusedPickleError: it is no text or number.
    """
    if type(value) not in _SCALARS:
        raise RefusedPickleError(f"a {type(value).__name__} as a key; plain keys are texts and numbers")
    return value


def plain(kind: type, value: Any) -> Any:
    """The value, if it is exactly of a kind.

    Raises:
        RefusedPickleError: it is not.
    """
    if type(value) is not kind:
        raise RefusedPickleError(f"a {type(value).__name__} where a {kind.__name__} must be")
    return value


def plain_pairs(values: list[Any]) -> list[tuple[Any, Any]]:
    """Keys and values, from a list in which they take turns."""
    return [(plain_key(key), value) for key, value in zip(values[::2], values[1::2], strict=True)]


def integer(data: bytes) -> int:
    """A signed little-endian integer.

    Raises:
        RefusedPickleError: it has over 16 bytes.
    """
    if len(data) > _LARGEST_INTEGER:
        raise RefusedPickleError(f"an integer of {len(data)} bytes")
    return int.from_bytes(data, "little", signed=True)


def text(data: bytes) -> str:
    """UTF-8, with U+FFFD for what is none."""
    return data.decode("utf-8", "replace")


def old_text(data: bytes) -> str:
    """A string of Python 2."""
    try:
        return data.decode()
    except UnicodeDecodeError:
        return data.decode("latin-1")


def _ordered_dict(pairs: Any = ()) -> dict[Any, Any]:
    return {plain_key(key): value for key, value in pairs}


def _default_dict(factory: Any = None) -> dict[Any, Any]:
    """Only the values: what it would give for absent keys is no data."""
    if factory is not None and not isinstance(factory, Global):
        raise RefusedPickleError("a default that is not plain data")
    return {}


def _set(values: Any = ()) -> set[Any]:
    return {plain_key(value) for value in plain(list, values)}


def _encoded(text: Any, encoding: Any) -> bytes:
    """Protocol 2 has no bytes: Python 3 writes them as a text to encode."""
    if encoding not in ("latin1", "latin-1"):
        raise RefusedPickleError(f"bytes in the encoding {encoding!r}")
    return str.encode(plain(str, text), "latin-1")


def _numpy_type(code: Any, align: Any = False, copy: Any = True) -> NumpyType:
    if code not in _NUMPY_CODES:
        raise RefusedPickleError(f"NumPy's type {code!r}; numbers alone are plain")
    return NumpyType(code)


def numpy_order(state: Any) -> str:
    """The byte order in the state of a `numpy.dtype`."""
    order = plain(tuple, state)[1]
    return ">" if order == ">" else "<"


def _numpy_scalar(kind: Any, data: Any) -> Any:
    found = plain(NumpyType, kind)
    return struct.unpack(found.order + _NUMPY_CODES[found.code], plain(bytes, data))[0]


CALLS: Final[Mapping[str, Callable[..., Any]]] = MappingProxyType(
    {
        "collections.OrderedDict": _ordered_dict,
        "collections.defaultdict": _default_dict,
        **dict.fromkeys((f"{module}.{name}" for module in BUILTINS for name in ("set", "frozenset")), _set),
        **dict.fromkeys(_NUMPY_SCALARS, _numpy_scalar),
        "numpy.dtype": _numpy_type,
        "_codecs.encode": _encoded,
    }
)
