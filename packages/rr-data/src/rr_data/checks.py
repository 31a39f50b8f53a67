"""Is a prepared dataset what it says it is?"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from rr_data.columns import Columns
from rr_data.errors import PreparedDatasetError
from rr_data.manifest import item_map_checksum
from rr_data.prepared import PreparedDataset
from rr_data.splits.leave_one_out import leave_one_out


@dataclass(frozen=True, slots=True)
class Finding:
    """The outcome of one check.

    Attributes:
        check: what was checked.
        problem: what is wrong, or None.
    """

    check: str
    problem: str | None


def check_prepared(data: PreparedDataset) -> tuple[Finding, ...]:
    """Check checksums, codes, counts, order and split of a prepared dataset."""
    checks: dict[str, Callable[[PreparedDataset], str | None]] = {
        "checksums": _checksums,
        "counts": _counts,
        "codes": _codes,
        "order": _order,
        "split": _split,
        "evidence horizon": _horizon,
    }
    return tuple(Finding(name, _problem(check, data)) for name, check in checks.items())


def _problem(check: Callable[[PreparedDataset], str | None], data: PreparedDataset) -> str | None:
    try:
        return check(data)
    except PreparedDatasetError as error:
        return str(error)


def _checksums(data: PreparedDataset) -> None:
    data.verify()


def _counts(data: PreparedDataset) -> str | None:
    tables = {
        "users": data.users,
        "items": data.items,
        "interactions": data.interactions,
        "rejected": data.rejected,
    }
    wrong = [
        f"{name}: {table.height}, not {data.manifest.counts[name]}"
        for name, table in tables.items()
        if table.height != data.manifest.counts[name]
    ]
    return "; ".join(wrong) or None


def _codes(data: PreparedDataset) -> str | None:
    """Row i is code i, ids and codes agree between the tables, and the item map is the manifest's."""
    for table, code in ((data.users, Columns.USER), (data.items, Columns.ITEM)):
        identity = f"{code}_id"
        if table[code].to_list() != list(range(table.height)):
            return f"{code} codes are not 0 to {table.height - 1} in order"
        used = data.interactions.select(identity, code).unique()
        if used.join(table, on=[identity, code], how="anti").height:
            return f"{identity} and {code} of the interactions differ from the table of {code}s"
    if item_map_checksum(data.items[Columns.ITEM_ID]) != data.item_map_checksum:
        return "the item map differs from the manifest's"
    return None


def _order(data: PreparedDataset) -> str | None:
    users, times = data.interactions[Columns.USER], data.interactions[Columns.TIMESTAMP]
    back = (users.diff() < 0) | ((users.diff() == 0) & (times.diff() < 0))
    return f"row {back.arg_max()} stands before an earlier one" if back.any() else None


def _split(data: PreparedDataset) -> str | None:
    """Every interaction in exactly one part, and each user's last two where they belong."""
    if len(data.parts) != data.interactions.height:
        return f"{len(data.parts)} parts for {data.interactions.height} interactions"
    wrong = np.flatnonzero(leave_one_out(data.interactions[Columns.USER].to_numpy()) != data.parts)
    return f"{len(wrong)} interactions in the wrong part, first row {wrong[0]}" if len(wrong) else None


def _horizon(data: PreparedDataset) -> str | None:
    """Evidence is counted in the training part and nowhere else."""
    training = data.sequences(until="train")
    if not np.array_equal(training.lengths, data.users[Columns.COUNT].to_numpy()):
        return "users' counts are not those of the training part"
    popularity = np.bincount(training.items, minlength=data.n_items)
    agrees = np.array_equal(popularity, data.items[Columns.COUNT].to_numpy())
    return None if agrees else "items' counts are not those of the training part"
