"""Typed options: from the keys and values a caller wrote to a model's configuration dataclass."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, fields
from typing import Any, Literal, get_args, get_origin, get_type_hints

from rr_tools.errors import ConfigError, nearest

TYPE_NAMES: Mapping[Any, str] = {bool: "true or false", int: "a whole number", float: "a number", str: "text"}


def parse_config(config_type: type[Any], values: Any = None) -> Any:
    """Return an instance of `config_type`.

    Args:
        config_type: a dataclass of int, float, bool, str and Literal fields, all with defaults.
        values: None, an instance, or a mapping of field names to values; text is converted to the field's type.

    Raises:
        ConfigError: a key is unknown (the nearest one is named) or a value is not of the field's type.
    """
    if isinstance(values, config_type):
        return values
    if values is None:
        return config_type()
    if not isinstance(values, Mapping):
        raise ConfigError(f"a configuration is a {config_type.__name__} or a mapping, not {type(values).__name__}")
    types = get_type_hints(config_type)
    names = [field.name for field in fields(config_type)]
    for key in values:
        if key not in names:
            raise ConfigError(f"unknown option {key!r}{nearest(str(key), names)}; known: {', '.join(names)}")
    return config_type(**{key: _convert(key, value, types[key]) for key, value in values.items()})


def changed_options(config: Any) -> dict[str, Any]:
    """Return the options that differ from their defaults."""
    defaults = asdict(type(config)())
    return {key: value for key, value in asdict(config).items() if value != defaults[key]}


def check_positive(config: Any, *names: str) -> None:
    """Raise ConfigError unless the named options are above zero."""
    for name in names:
        if not getattr(config, name) > 0:
            raise ConfigError(f"{name} is {getattr(config, name)}; it must be above 0")


def check_fraction(config: Any, *names: str) -> None:
    """Raise ConfigError unless the named options lie in [0, 1)."""
    for name in names:
        if not 0 <= getattr(config, name) < 1:
            raise ConfigError(f"{name} is {getattr(config, name)}; it must be at least 0 and below 1")


def _convert(key: str, value: Any, expected: Any) -> Any:
    if get_origin(expected) is Literal:
        if value in get_args(expected):
            return value
        raise ConfigError(f"{key} is {value!r}; allowed: {', '.join(map(repr, get_args(expected)))}")
    fits = isinstance(value, expected) or (expected is float and isinstance(value, int))
    if fits and not (isinstance(value, bool) and expected is not bool):
        return expected(value)
    if isinstance(value, str):
        try:
            return {"true": True, "false": False}[value.lower()] if expected is bool else expected(value)
        except (KeyError, ValueError):
            pass
    raise ConfigError(f"{key} is {value!r}; it must be {TYPE_NAMES.get(expected, expected.__name__)}")
