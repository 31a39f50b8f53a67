"""Thoughts as a table: what a person reads and a study counts; tuning reads SFT rows instead."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import polars as pl
import pyarrow as pa  # type: ignore[import-untyped]

from rr_data.columns import Columns
from rr_data.prepared import PreparedDataset
from rr_data.prompts.parquet_rows import write_parquet_rows
from rr_data.prompts.trace_training import TracedQueries
from rr_data.prompts.verbalizer import verbalize

TRACE_SCHEMA: Final = pa.schema(
    [
        ("query_id", pa.string()),
        ("user", pa.int64()),
        ("item", pa.int64()),
        ("target", pa.int64()),
        ("label", pa.int8()),
        ("eh_level", pa.int8()),
        ("thought", pa.string()),
        ("verbalized", pa.string()),
        ("usable", pa.list_(pa.string())),
        ("shown", pa.string()),
    ]
)


def trace_rows(data: PreparedDataset, traced: TracedQueries) -> Iterator[dict[str, Any]]:
    """One row a question.

    - `query_id`; `user`, `item`, `target`: codes; of a direct question the item in question and the right one of its
      list, else twice the same.
    - `label`: 1 or 0 where the answer is yes or no; `eh_level`: 0 low to 2 high.
    - `thought`: tokens, separated by blanks; `verbalized`: the same in words, with the titles of `item_titles`.
    - `usable`: the tools that the thought calls usable; `shown`: their answers as the prompt has them, after noise.
    """
    queries, titles = traced.queries, item_titles(data)
    for row, trace in enumerate(traced.evidence.traces):
        yield {
            "query_id": queries.ids[row],
            "user": int(queries.users[row]),
            "item": int(queries.items[row]),
            "target": int(queries.targets[row]),
            "label": None if queries.labels is None else int(queries.labels[row]),
            "eh_level": trace.eh_level,
            "thought": " ".join(trace.to_tokens()),
            "verbalized": verbalize(trace, titles),
            "usable": [name for name, usable in trace.tools if usable],
            "shown": traced.evidence.texts[row].strip(),
        }


def item_titles(data: PreparedDataset) -> list[str]:
    """The title of each item code, its id where it has none."""
    title = pl.col(Columns.TITLE)
    chosen = pl.when(title.fill_null("") == "").then(pl.col(Columns.ITEM_ID)).otherwise(title)
    return data.items.select(chosen.alias(Columns.TITLE))[Columns.TITLE].to_list()


def write_trace_table(data: PreparedDataset, traced: TracedQueries, path: str | Path) -> int:
    """Write `trace_rows` as Parquet; the file appears when it is whole.

    Returns:
        How many rows were written.

    Raises:
        OptionError: a file that cannot be written.
    """
    return write_parquet_rows(trace_rows(data, traced), TRACE_SCHEMA, path)
