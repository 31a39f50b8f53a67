"""Is a prepared dataset what it says it is?"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
import polars as pl

from rr_data.columns import Columns
from rr_data.errors import PreparedDatasetError
from rr_data.manifest import item_map_checksum
from rr_data.prepared import PreparedDataset
from rr_data.splits.registry import get_split
from rr_data.task_leaks import PAIR, leaks_across_tasks


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
        "candidates": _candidates,
        "clicks": _clicks,
        "reviews and explanations": _texts,
        "leaks": _leaks,
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
    """Every interaction in the one part where the recorded split puts it."""
    if len(data.parts) != data.interactions.height:
        return f"{len(data.parts)} parts for {data.interactions.height} interactions"
    split = get_split(data.split, data.manifest.split["options"])
    domains = data.interactions.select("user").join(data.users.select("user", "domain"), on="user", how="left")
    seen = data.interactions.select("user", "item", "timestamp", domains["domain"])
    wrong = np.flatnonzero(split.assign(seen) != data.parts)
    return f"{len(wrong)} interactions in the wrong part, first row {wrong[0]}" if len(wrong) else None


def _horizon(data: PreparedDataset) -> str | None:
    """Evidence is counted in the training part and nowhere else."""
    training = data.sequences(until="train")
    if not np.array_equal(training.lengths, data.users[Columns.COUNT].to_numpy()):
        return "users' counts are not those of the training part"
    popularity = np.bincount(training.items, minlength=data.n_items)
    agrees = np.array_equal(popularity, data.items[Columns.COUNT].to_numpy())
    return None if agrees else "items' counts are not those of the training part"


def _candidates(data: PreparedDataset) -> str | None:
    """Each list holds its user's target once, and nothing else that the user ever took."""
    parts: tuple[Literal["validation", "test"], ...] = ("validation", "test")
    for part in parts:
        lists = data.candidates(part)
        if lists is None:
            continue
        pairs = lists.explode(Columns.ITEMS).rename({Columns.ITEMS: Columns.ITEM})
        targets = data.targets(part)[pairs[Columns.USER].to_numpy()]
        hits = pairs[Columns.ITEM].to_numpy() == targets
        if int(hits.sum()) != lists.height:
            return f"{part}: {int(hits.sum())} targets in {lists.height} lists"
        if pairs.filter(~pl.Series(hits)).join(data.interactions, on=PAIR, how="semi").height:
            return f"{part}: a list holds an item that its user took"
    return None


def _clicks(data: PreparedDataset) -> str | None:
    """Clicks are interactions, and negatives are none."""
    if data.ctr is None:
        return None
    labelled = data.ctr.partition_by(Columns.LABEL, as_dict=True)
    clicks, negatives = (labelled.get((label,), data.ctr.clear()) for label in (1, 0))
    if strangers := clicks.join(data.interactions, on=PAIR, how="anti").height:
        return f"{strangers} clicks that are no interactions"
    if taken := negatives.join(data.interactions, on=PAIR, how="semi").height:
        return f"{taken} negatives that are interactions"
    return None


def _texts(data: PreparedDataset) -> str | None:
    """Reviews and explanations belong to rows that there are."""
    for name, table in (("reviews", data.reviews), ("explanations", data.explanations)):
        if table is None:
            continue
        homeless = table.filter(~pl.col(Columns.ROW).is_between(0, data.interactions.height - 1)).height
        if homeless:
            return f"{homeless} {name} of interactions that are not there"
    return None


def _leaks(data: PreparedDataset) -> str | None:
    """No pair of user and item is trained on in one task and tested in another."""
    report = leaks_across_tasks(data.interactions, data.parts, ctr=data.ctr, explanations=data.explanations)
    if data.manifest.options.get("compat") is not None:
        return None  # asked for
    return None if report.clean else f"across tasks: {report}"
