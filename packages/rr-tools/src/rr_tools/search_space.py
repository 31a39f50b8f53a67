"""What `rr-tools tune` may try: ranges of options, declared beside them as `SEARCH_SPACE` of a configuration."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

from rr_tools.errors import ConfigError


@dataclass(frozen=True, slots=True)
class Floats:
    """Numbers from `low` to `high`; `log` tries every order of magnitude equally often."""

    low: float
    high: float
    log: bool = False


@dataclass(frozen=True, slots=True)
class Integers:
    """Whole numbers from `low` to `high`, both included."""

    low: int
    high: int
    log: bool = False


@dataclass(frozen=True, slots=True)
class Choices:
    """One of some values."""

    values: tuple[str | int | float | bool, ...]

    @classmethod
    def of(cls, *values: str | int | float | bool) -> Choices:
        """Name the values."""
        return cls(values)


SearchSpace = Mapping[str, Floats | Integers | Choices]


def search_space(config_type: type[Any], *, without: Mapping[str, Any] | None = None) -> SearchSpace:
    """Return the ranges that a configuration declares, but for options that are given.

    Args:
        config_type: a configuration; its class attribute `SEARCH_SPACE` maps options to ranges.
        without: options that have their value.

    Raises:
        ConfigError: it declares none, all are given, or it names an option that the configuration lacks.

    Example:
        >>> from rr_tools.neighbors.item_knn import ItemKnnConfig
        >>> list(search_space(ItemKnnConfig, without={"decay": 1.0}))
        ['neighbors', 'shrinkage']
    """
    declared: SearchSpace = getattr(config_type, "SEARCH_SPACE", {})
    options = {field.name for field in fields(config_type)}
    if unknown := sorted(set(declared) - options):
        raise ConfigError(f"{config_type.__name__}.SEARCH_SPACE names {', '.join(unknown)}, which are no options of it")
    space = {name: values for name, values in declared.items() if name not in (without or {})}
    if not space:
        raise ConfigError(f"{config_type.__name__} leaves nothing to tune: SEARCH_SPACE is empty, or all of it is set")
    return space
