"""What the cold-start groups hold."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from rr_data.columns import Columns


@dataclass(frozen=True, slots=True, kw_only=True)
class ColdStartGroup:
    """One group of users.

    Attributes:
        group: 1 is the coldest.
        users: how many.
        fewest: training interactions of the user who has the fewest.
        most: of the one who has the most.
    """

    group: int
    users: int
    fewest: int
    most: int


def summarize_groups(users: pl.DataFrame) -> tuple[ColdStartGroup, ...]:
    """The groups that have users, coldest first.

    Args:
        users: with `group` and `count`, as `columns.USERS`.

    Example:
        >>> users = pl.DataFrame({"group": [2, 1, 1], "count": [9, 1, 3]})
        >>> [(group.group, group.users, group.fewest, group.most) for group in summarize_groups(users)]
        [(1, 2, 1, 3), (2, 1, 9, 9)]
    """
    count = pl.col(Columns.COUNT)
    summary = users.group_by(Columns.GROUP).agg(pl.len().alias("users"), count.min().alias("fewest"), count.max())
    rows = summary.sort(Columns.GROUP).select(Columns.GROUP, "users", "fewest", Columns.COUNT).iter_rows()
    return tuple(ColdStartGroup(group=group, users=size, fewest=low, most=high) for group, size, low, high in rows)
