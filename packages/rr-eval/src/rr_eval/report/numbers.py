"""Numbers as the report prints them."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from types import MappingProxyType

_MINUS = "\N{MINUS SIGN}"
_NARROW_SPACE = "\N{NARROW NO-BREAK SPACE}"
_UNKNOWN = "\N{EN DASH}"


def quality(value: float) -> str:
    """Four decimals, as in the paper's tables.

    Example:
        >>> quality(0.03149)
        '0.0315'
    """
    return _signed(f"{value:.4f}")


def difference(value: float) -> str:
    """Four decimals with a sign.

    Example:
        >>> difference(0.0056), difference(-0.01)
        ('+0.0056', '−0.0100')
    """
    return _signed(f"{value:+.4f}")


def percent(share: float | None) -> str:
    """A share in percent with one decimal.

    Example:
        >>> percent(0.473)
        '47.3\u202f%'
    """
    return _UNKNOWN if share is None else f"{100 * share:.1f}{_NARROW_SPACE}%"


def count(value: float) -> str:
    """A whole number in groups of three.

    Example:
        >>> count(12101)
        '12\u202f101'
    """
    return f"{value:,.0f}".replace(",", _NARROW_SPACE)


def milliseconds(value: float | None) -> str:
    """Three significant digits.

    Example:
        >>> milliseconds(0.4567), milliseconds(245.3), milliseconds(None)
        ('0.457', '245', '–')
    """
    return _UNKNOWN if value is None else _three_digits(value)


def flops(value: float | None) -> str:
    """Floating-point operations with an SI prefix.

    Example:
        >>> flops(2.1e9), flops(950.0), flops(None)
        ('2.10\u202fG', '950', '–')
    """
    if value is None:
        return _UNKNOWN
    power = min(int(math.log10(value)) // 3, 5) if value >= 1 else 0
    prefix = ("", "k", "M", "G", "T", "P")[power]
    return _three_digits(value / 1000**power) + (f"{_NARROW_SPACE}{prefix}" if prefix else "")


def p_value(value: float) -> str:
    """A p-value with its sign.

    Example:
        >>> p_value(0.0005), p_value(0.034)
        ('p < 0.001', 'p = 0.034')
    """
    return "p < 0.001" if value < 0.001 else f"p = {value:.3f}"


def _three_digits(value: float) -> str:
    if value == 0:
        return "0"
    decimals = max(0, 2 - math.floor(math.log10(abs(value))))
    return f"{value:.{min(decimals, 4)}f}"


def _signed(text: str) -> str:
    return text.replace("-", _MINUS)


FILTERS: Mapping[str, Callable[..., str]] = MappingProxyType(
    {
        "quality": quality,
        "difference": difference,
        "percent": percent,
        "count": count,
        "milliseconds": milliseconds,
        "flops": flops,
        "p_value": p_value,
    }
)
