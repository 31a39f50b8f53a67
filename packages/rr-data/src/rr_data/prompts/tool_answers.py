"""Tools' answers to training queries, as arrays, from their predictions tables."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray

from rr_data.columns import Columns
from rr_data.errors import EvidenceError, OptionError
from rr_data.prepared import PreparedDataset
from rr_data.prompts.predictions_files import QUERY_ID, RANKED, SCORES, SYSTEM, TARGET, USER_ID, read_predictions
from rr_data.prompts.task_queries import TaskQueries
from rr_data.prompts.trace import check_tool_names
from rr_data.splits.parts import PARTS, TEST, TRAIN, VALIDATION
from rr_data.splits.places import places_of_rows

IntArray = NDArray[np.int64]
_ROW, _PLACE = "row", "place"


@dataclass(frozen=True, slots=True, eq=False)
class ToolAnswers(Mapping[str, IntArray]):
    """Answers of T tools to N queries; read as a mapping it gives each tool's [N, k] item codes.

    Attributes:
        rankings: [N, k] item codes by tool, best first, -1 where short; all -1 where the tool has no row.
        scores: [N, k] float32 by tool, NaN where short; of a click query the first one is the probability.
        answered: [N] bool by tool: whether it has a row.
        unknown_items: by tool, how many of its items are none of the dataset's; they are -1.
        other_rows: rows about queries that were not asked, and of users or tools besides; they are left out.
    """

    rankings: Mapping[str, IntArray]
    scores: Mapping[str, NDArray[np.float32]]
    answered: Mapping[str, NDArray[np.bool_]]
    unknown_items: Mapping[str, int]
    other_rows: int

    def __getitem__(self, tool: str) -> IntArray:
        """[N, k] a tool's item codes."""
        return self.rankings[tool]

    def __iter__(self) -> Iterator[str]:
        """The tools' names."""
        return iter(self.rankings)

    def __len__(self) -> int:
        """T."""
        return len(self.rankings)

    @property
    def asked(self) -> NDArray[np.bool_]:
        """[N] whether any tool has a row."""
        flags: NDArray[np.bool_] = np.any(np.stack(list(self.answered.values())), axis=0)
        return flags

    @property
    def missing(self) -> dict[str, int]:
        """By tool, how many queries it has no row for."""
        return {name: int((~flags).sum()) for name, flags in self.answered.items()}

    def take(self, rows: IntArray) -> ToolAnswers:
        """The answers to the queries at some places [M]."""
        return ToolAnswers(
            {name: values[rows] for name, values in self.rankings.items()},
            {name: values[rows] for name, values in self.scores.items()},
            {name: values[rows] for name, values in self.answered.items()},
            self.unknown_items,
            self.other_rows,
        )


def answers_from_predictions(
    paths: Sequence[str | Path],
    data: PreparedDataset,
    queries: TaskQueries,
    *,
    tools: Sequence[str] | None = None,
    k: int = 20,
) -> ToolAnswers:
    """Find what tools answered.

    Args:
        paths: predictions tables; rows of other tasks and other queries are left out.
        data: the dataset that the queries come from.
        queries: N queries.
        tools: names of the tools, in the order of the thoughts; one without rows has missing answers only. By default
            all systems that answer, by name.
        k: how many items of an answer to keep.

    Raises:
        EvidenceError: tables that cannot be used (`read_predictions`), or answers to a query of that id that is about
            another user or target, or that ranks items outside its candidate list: the tools were asked about another
            dataset or split, or about lists of another seed.
        TraceError: a tool's name that no token can carry.
        OptionError: `k` below 1.
    """
    if k < 1:
        raise OptionError("k", k, "at least 1")
    table = read_predictions(paths, queries.task)
    names = tuple(tools) if tools is not None else tuple(sorted(table[SYSTEM].unique().to_list()))
    check_tool_names(names)
    found = answers_to(table, data, queries).filter(pl.col(SYSTEM).is_in(list(names)))
    rankings, scores, answered, unknown = {}, {}, {}, {}
    for name in names:
        own = found.filter(pl.col(SYSTEM) == name)
        rankings[name], scores[name], unknown[name] = _arrays(own, data, len(queries), k)
        answered[name] = np.zeros(len(queries), dtype=np.bool_)
        answered[name][own[_ROW].to_numpy()] = True
        _check_candidates(name, rankings[name], queries, data.n_items)
    used = found.select(QUERY_ID, SYSTEM).n_unique() if found.height else 0
    return ToolAnswers(rankings, scores, answered, unknown, table.height - used)


def answers_to(table: pl.DataFrame, data: PreparedDataset, queries: TaskQueries) -> pl.DataFrame:
    """The rows of a predictions table that answer queries, with the place of the query as `row`.

    Raises:
        EvidenceError: an answer about another user or target than the query's.
    """
    asked = pl.DataFrame(
        {
            QUERY_ID: queries.ids,
            _ROW: np.arange(len(queries)),
            "asked_user": data.users[Columns.USER_ID].gather(queries.users),
            "asked_target": data.items[Columns.ITEM_ID].gather(queries.targets),
        }
    )
    found = asked.join(table, on=QUERY_ID, how="inner", maintain_order="left")
    other = found.filter((pl.col("asked_user") != pl.col(USER_ID)) | (pl.col("asked_target") != pl.col(TARGET)))
    if other.height:
        row = other.row(0, named=True)
        raise EvidenceError(
            f"predictions: {row[SYSTEM]!r} answers query {row[QUERY_ID]!r} for user {row[USER_ID]!r} and target "
            f"{row[TARGET]!r}{_told_part(data, row[USER_ID], row[TARGET])}; here it is user {row['asked_user']!r} and "
            f"target {row['asked_target']!r}; ask the tools with the queries of this dataset (rr-data traces --ask)"
        )
    return found.drop("asked_user", "asked_target")


def _told_part(data: PreparedDataset, user: str, item: str) -> str:
    """Says so where a target is held out: a thought about it would leak it."""
    table = data.interactions
    own = ((table[Columns.USER_ID] == user) & (table[Columns.ITEM_ID] == item)).to_numpy()
    found = {PARTS[code] for code in data.parts[own].tolist()}
    held_out = [part for part in (TEST, VALIDATION) if part in found and TRAIN not in found]
    return f" (a leak: that is the user's {held_out[0]} item)" if held_out else ""


def _arrays(own: pl.DataFrame, data: PreparedDataset, n: int, k: int) -> tuple[IntArray, NDArray[np.float32], int]:
    """[n, k] codes, [n, k] scores, and how many items are unknown."""
    codes, scores = np.full((n, k), -1, dtype=np.int64), np.full((n, k), np.nan, dtype=np.float32)
    lists = own.select(_ROW, pl.col(RANKED).list.head(k), pl.col(SCORES).list.head(k))
    uneven = lists.filter(pl.col(RANKED).list.len() != pl.col(SCORES).list.len())
    if uneven.height:
        query = own.filter(pl.col(_ROW) == uneven[_ROW][0])[QUERY_ID][0]
        raise EvidenceError(f"predictions: query {query!r} has items and scores of different lengths")
    flat = (
        lists.with_columns(pl.int_ranges(pl.col(RANKED).list.len()).alias(_PLACE))
        .explode(RANKED, SCORES, _PLACE)
        .drop_nulls(_PLACE)  # what an empty list leaves in older Polars
        .join(
            data.items.select(pl.col(Columns.ITEM_ID).alias(RANKED), pl.col(Columns.ITEM)),
            on=RANKED,
            how="left",
            maintain_order="left",
        )
    )
    at = flat[_ROW].to_numpy(), flat[_PLACE].to_numpy()
    codes[at] = flat[Columns.ITEM].fill_null(-1).to_numpy()
    scores[at] = flat[SCORES].to_numpy()
    return codes, scores, flat[Columns.ITEM].null_count()


def _check_candidates(name: str, codes: IntArray, queries: TaskQueries, n_items: int) -> None:
    """Refuse answers from outside the lists; looks at one question of each list."""
    if queries.candidates is None or queries.labels is None:
        return
    rows = np.flatnonzero(queries.labels == 1)
    lists = queries.candidates[rows]
    listed = np.repeat(rows, lists.lengths) * n_items + lists.items[places_of_rows(lists.starts, lists.lengths)]
    asked = rows[:, None] * n_items + codes[rows]
    outside = (codes[rows] >= 0) & ~np.isin(asked, listed)
    if bool(outside.any()):
        query = queries.ids[int(rows[int(np.flatnonzero(outside.any(axis=1))[0])])]
        raise EvidenceError(
            f"predictions: {name!r} ranks items outside the candidates of query {query!r}; ask the tools with the "
            "lists of this dataset, size and seed (rr-data traces --ask)"
        )
