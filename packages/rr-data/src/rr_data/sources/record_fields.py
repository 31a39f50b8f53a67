"""Typed values of the fields of one raw record, a mapping that may hold anything."""

from __future__ import annotations

from typing import Any, Final

from rr_data.sources.json_lines import BadRowError

_END_OF_TIME: Final = 10**11  # seconds; catches milliseconds where seconds are due
_LOWEST: Final = 1.0
_HIGHEST: Final = 5.0
_LONGEST_NUMBER: Final = 24


def record_of(value: Any) -> dict[str, Any]:
    """The value, if it is a record.

    Raises:
        BadRowError: it is something else.
    """
    if type(value) is not dict:
        raise BadRowError(f"a {type(value).__name__}; expected a record with named fields")
    return value


def id_of(record: dict[str, Any], name: str) -> str:
    """An id: text that is not blank, without blanks around it.

    Raises:
        BadRowError: missing, blank, not text, or halves of surrogate pairs.
    """
    value = record.get(name)
    if type(value) is str and value.isascii() and (stripped := value.strip()):
        return stripped  # nearly all
    value = text_of(record, name)
    if value is None:
        raise BadRowError(f"{name}: missing")
    if any("\ud800" <= sign <= "\udfff" for sign in value):
        raise BadRowError(f"{name}: not Unicode")
    return value.strip()


def text_of(record: dict[str, Any], name: str) -> str | None:
    """A text as it stands; None where it is missing or blank.

    Raises:
        BadRowError: not text.
    """
    value = record.get(name)
    if type(value) is str:
        return value if value and not value.isspace() else None
    if value is None:
        return None
    raise _wrong_type(name, value, "text")


def texts_of(record: dict[str, Any], name: str) -> list[str]:
    """Texts of a list, of lists in a list, or one that stands alone, without the blank ones.

    Raises:
        BadRowError: anything else among them.

    Example:
        >>> texts_of({"categories": [["Beauty", "Hair"], ["Beauty", "Skin"]]}, "categories")
        ['Beauty', 'Hair', 'Beauty', 'Skin']
    """
    value = record.get(name)
    parts = value if type(value) is list else [value]
    if list in map(type, parts):
        parts = [part for inner in parts for part in (inner if type(inner) is list else [inner])]
    for part in parts:
        if type(part) is not str and part is not None:
            raise _wrong_type(name, part, "text or a list of texts")
    return [part for part in parts if part and not part.isspace()]


def seconds_of(record: dict[str, Any], name: str, *, per_second: int = 1) -> int:
    """A time in whole seconds since 1970, rounded down.

    Args:
        record: the record.
        name: of the field.
        per_second: the field's units in a second: 1, or 1000 for milliseconds.

    Raises:
        BadRowError: missing, not a whole number, before 1970 or after the year 5000.
    """
    value = record.get(name)
    if type(value) is float and value.is_integer():
        value = int(value)
    if type(value) is not int:
        raise BadRowError(f"{name}: missing") if value is None else _wrong_type(name, value, "a whole number")
    if not 0 <= value < _END_OF_TIME * per_second:
        raise BadRowError(f"{name}: {_short(value)} is no time in {'milliseconds' if per_second > 1 else 'seconds'}")
    return value // per_second


def rating_of(record: dict[str, Any], name: str) -> float | None:
    """A rating from 1 to 5; None where it is missing, or 0, which says that there was none.

    Raises:
        BadRowError: not a number, NaN, infinite, or off the scale.
    """
    value = record.get(name)
    if value is None or (value == 0 and type(value) in (int, float)):
        return None
    if type(value) not in (int, float):
        raise _wrong_type(name, value, "a number")
    if not _LOWEST <= value <= _HIGHEST:
        raise BadRowError(f"{name}: {_short(value)}; expected {_LOWEST:g} to {_HIGHEST:g}")
    return float(value)


def _wrong_type(name: str, value: Any, expected: str) -> BadRowError:
    what = _short(value) if isinstance(value, int | float) else type(value).__name__
    return BadRowError(f"{name}: received {what}; expected {expected}")


def _short(value: float) -> str:
    text = repr(value)
    return text if len(text) <= _LONGEST_NUMBER else f"{text[:_LONGEST_NUMBER]}..."
