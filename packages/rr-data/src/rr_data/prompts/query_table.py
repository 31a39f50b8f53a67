"""Questions as a file, for the tools that are to answer them."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import numpy as np
import pyarrow as pa  # type: ignore[import-untyped]

from rr_data.columns import Columns
from rr_data.prepared import PreparedDataset
from rr_data.prompts.parquet_rows import write_parquet_rows
from rr_data.prompts.sequence_views import SequenceViews
from rr_data.prompts.task_queries import TaskQueries

_IDS: Final = pa.list_(pa.string())
QUERY_SCHEMA: Final = pa.schema(
    [
        ("query_id", pa.string()),
        ("user_id", pa.string()),
        ("task", pa.string()),
        ("history", _IDS),
        ("candidates", _IDS),
        ("target", pa.string()),
        ("label", pa.int8()),
    ]
)


def write_queries(queries: TaskQueries, data: PreparedDataset, path: str | Path) -> int:
    """Write each query that tools answer, once.

    Columns: `query_id`, `user_id`, `task`, `history` (item ids, oldest first), `candidates` (item ids, where lists are
    ranked), `target` (item id; of a click query the item in question), `label` (1 or 0, of a click query). A tool whose
    training saw a query's target, or anything later of that user, must not answer it.

    Returns:
        How many there are.

    Raises:
        OptionError: a file that cannot be written.
    """
    first = np.unique(queries.ids.to_numpy(), return_index=True)[1]
    once = queries.take(np.sort(first))
    users, items = data.users[Columns.USER_ID].to_list(), data.items[Columns.ITEM_ID].to_list()
    ids = once.ids.to_list()

    def row(query: int) -> dict[str, Any]:
        return {
            "query_id": ids[query],
            "user_id": users[once.users[query]],
            "task": once.task,
            "history": [items[code] for code in once.histories[query]],
            "candidates": _ids(once.candidates, query, items),
            "target": items[once.targets[query]],
            "label": int(once.labels[query]) if once.task == "ctr" and once.labels is not None else None,
        }

    return write_parquet_rows(map(row, range(len(once))), QUERY_SCHEMA, path)


def _ids(lists: SequenceViews | None, query: int, items: list[str]) -> list[str] | None:
    return None if lists is None else [items[code] for code in lists[query]]
