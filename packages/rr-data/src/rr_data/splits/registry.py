"""Splits by name."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import fields
from types import MappingProxyType
from typing import Any, ClassVar, Final, Protocol

import numpy as np
import polars as pl
from numpy.typing import NDArray

from rr_data.errors import UnknownNameError
from rr_data.splits.leave_one_out import LeaveOneOut
from rr_data.splits.ratio import Ratio
from rr_data.splits.temporal import Temporal
from rr_data.splits.time_shift import TimeShift
from rr_data.splits.transfer import Transfer


class Split(Protocol):
    """A way to divide interactions. Its options are the fields of a frozen dataclass; each has a default."""

    name: ClassVar[str]

    def assign(self, interactions: pl.DataFrame) -> NDArray[np.int8]:
        """The part of each interaction.

        The result depends on this order alone, which is the same for any order of the input rows
        (`rr_data.ordering`).

        Args:
            interactions: sorted by user, then time, with columns `user` (int32), `item` (int32), `timestamp` (int64,
                null in all rows where the source has no times) and `domain` (string, null in all rows where the
                source has no domains).

        Returns:
            [N] int8, an index into `rr_data.splits.parts.PARTS`.

        Raises:
            OptionError: interactions that lack what this split needs.
        """
        ...


_SPLITS: Final = MappingProxyType({split.name: split for split in (LeaveOneOut, Ratio, TimeShift, Temporal, Transfer)})


def split_names() -> tuple[str, ...]:
    """The names of all splits.

    Example:
        >>> split_names()
        ('leave_one_out', 'ratio', 'temporal', 'time_shift', 'transfer')
    """
    return tuple(sorted(_SPLITS))


def split_options(name: str) -> tuple[str, ...]:
    """The names of a split's own options.

    Raises:
        UnknownNameError: no such split; names the nearest.

    Example:
        >>> split_options("ratio")
        ('shares', 'every_user', 'seed')
    """
    key = name.replace("-", "_")
    if key not in _SPLITS:
        raise UnknownNameError("split", name, _SPLITS)
    return tuple(field.name for field in fields(_SPLITS[key]))


def get_split(name: str, options: Mapping[str, Any] = MappingProxyType({})) -> Split:
    """Make a split.

    Args:
        name: its name; dashes and underscores are the same.
        options: values for the split's own options, as strings or as what they stand for.

    Raises:
        UnknownNameError: no such split, or no such option of it; names the nearest.
        OptionError: the split refuses an option's value.

    Example:
        >>> get_split("time-shift", {"date": "2022-08-01"})
        TimeShift(date='2022-08-01')
    """
    known = split_options(name)
    key = name.replace("-", "_")
    for option in options:
        if option not in known:
            raise UnknownNameError(f"option of split {key}", option, known)
    factory: Callable[..., Split] = _SPLITS[key]
    return factory(**options)
