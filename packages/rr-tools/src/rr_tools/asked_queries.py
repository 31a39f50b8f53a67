"""Queries with their ids, as a prepared dataset's part or a file of histories asks them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from rr_tools.errors import InvalidDataError
from rr_tools.query_lines import UNKNOWN, Codes, read_lines
from rr_tools.runtime.queries import HistoryQueries
from rr_tools.training_data import read_prepared

UNTIL: Mapping[str, Literal["train", "validation"]] = {"validation": "train", "test": "validation"}


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class AskedQueries:
    """Q queries in codes, and what they are called.

    Attributes:
        ids: Q query ids.
        user_ids: Q user ids.
        queries: users, histories and candidates as codes.
        targets: [Q] code of the relevant item, -1 where it is not known or not in the catalogue.
        target_ids: Q item ids, None where it is not known.
        groups: Q groups to report by, or None.
        item_ids: id by item code, or None where codes are the ids.
        item_map_checksum: names the map from ids to codes, or None.
    """

    ids: Sequence[str]
    user_ids: Sequence[str]
    queries: HistoryQueries
    targets: NDArray[np.int64]
    target_ids: Sequence[str | None]
    groups: Sequence[str | None] | None = None
    item_ids: Sequence[str] | None = None
    item_map_checksum: str | None = None

    def __len__(self) -> int:
        """Return Q."""
        return len(self.ids)


def of_prepared(folder: str | Path, part: Literal["validation", "test"], *, candidates: bool = False) -> AskedQueries:
    """Ask for every user's item of a part, given everything before it.

    Args:
        folder: a prepared dataset.
        part: "validation" or "test".
        candidates: rank the dataset's candidates of the part instead of the whole catalogue.

    Raises:
        MissingExtraError: rr-data is not installed.
        InvalidDataError: the folder holds no prepared dataset, or it has no candidates.
    """
    dataset = read_prepared(folder, _whole)
    targets = np.asarray(dataset.targets(part))
    drawn = None
    if candidates:
        table = dataset.candidates(part)
        if table is None:
            raise InvalidDataError(
                f"{folder} has no candidates; prepare it again with: rr-data prepare --candidates 100"
            )
        drawn = _table(table["items"].to_list())
        users = table["user"].to_numpy().astype(np.int64)
    else:
        users = np.flatnonzero(targets >= 0)
    sequences = dataset.sequences(until=UNTIL[part])
    names = dataset.users["user_id"].to_list()
    item_ids = dataset.items["item_id"].to_list()
    levels = dataset.users["eh_level"].to_list()
    return AskedQueries(
        ids=[names[user] for user in users],
        user_ids=[names[user] for user in users],
        queries=HistoryQueries(users, [np.asarray(sequences[user]) for user in users], drawn),
        targets=targets[users],
        target_ids=[item_ids[target] for target in targets[users]],
        groups=[levels[user] for user in users],
        item_ids=item_ids,
        item_map_checksum=dataset.item_map_checksum,
    )


def of_json_lines(path: str | Path, *, folder: str | Path | None = None) -> AskedQueries:
    """Read one query a line: `{"history": [...], "user": ..., "target": ..., "candidates": [...], "query_id": ...}`.

    Only `history`, oldest item first, must be there. Candidates stand in every line or in none.

    Args:
        path: the file.
        folder: a prepared dataset whose ids users and items have; without it they are codes.

    Raises:
        MissingExtraError: a folder is given and rr-data is not installed.
        InvalidDataError: the file cannot be read or a line is no query; its number is named.
    """
    dataset = None if folder is None else read_prepared(folder, _whole)
    item_ids = None if dataset is None else dataset.items["item_id"].to_list()
    items = Codes(None) if item_ids is None else Codes.of_ids(item_ids)
    users = Codes(None) if dataset is None else Codes.of_ids(dataset.users["user_id"].to_list())
    lines = read_lines(Path(path), required="history", kinds=(list,), example='{"history": [3, 1]}')
    asked = [line for _, line in lines]
    for number, line in lines:
        if not isinstance(line.get("candidates") or [], list):
            raise InvalidDataError(f"{path}, line {number}: candidates are a list of items")
    targets = [line.get("target") for line in asked]
    drawn = [line["candidates"] for line in asked if line.get("candidates") is not None]
    if drawn and len(drawn) != len(asked):
        raise InvalidDataError(
            f"{path}: {len(drawn)} of {len(asked)} queries have candidates; give them to all or none"
        )
    names = [line.get("user") for line in asked]
    return AskedQueries(
        ids=[str(line.get("query_id", number)) for number, line in lines],
        user_ids=["" if name is None else str(name) for name in names],
        queries=HistoryQueries(
            users.of(names),
            [items.of(line["history"]) for line in asked],
            _table([items.of(row).tolist() for row in drawn]) if drawn else None,
        ),
        targets=items.of(targets),
        target_ids=[None if target is None else str(target) for target in targets],
        groups=[line.get("group") for line in asked] if any("group" in line for line in asked) else None,
        item_ids=item_ids,
        item_map_checksum=None if dataset is None else dataset.item_map_checksum,
    )


def _table(rows: Sequence[Sequence[int]]) -> NDArray[np.int64]:
    """Return [Q, C] codes, -1 behind shorter rows."""
    table = np.full((len(rows), max(map(len, rows), default=0)), UNKNOWN, dtype=np.int64)
    for number, row in enumerate(rows):
        table[number, : len(row)] = row
    return table


def _whole(dataset: Any) -> Any:
    return dataset
