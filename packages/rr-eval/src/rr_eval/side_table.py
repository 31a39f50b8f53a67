"""Columns about users or items, joined to predictions so that they can be grouped by."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
import pyarrow as pa  # type: ignore[import-untyped]
import pyarrow.compute as pc  # type: ignore[import-untyped]
import pyarrow.parquet as pq  # type: ignore[import-untyped]
from numpy.typing import ArrayLike, NDArray

from rr_eval.errors import InvalidArgumentError, InvalidPredictionsError, PredictionsFileError

Subject = Literal["user", "item"]
POPULARITY = ("head", "middle", "tail")
_KEYS = {"user": "user_id", "item": "target"}  # of predictions, by subject


@dataclass(frozen=True, slots=True, eq=False)
class SideTable:
    """What is known about each user, or each target item.

    Attributes:
        subject: `user` or `item`; its columns are joined as `user.NAME` or `item.NAME`.
        ids: [U] Arrow strings, each once.
        columns: U rows of strings, whole numbers or booleans.
    """

    subject: Subject
    ids: pa.Array
    columns: pa.Table

    @classmethod
    def read(cls, path: str | Path, *, subject: Subject) -> SideTable:
        """Read a Parquet file with a column `user_id` or `item_id`, such as a prepared dataset's `users.parquet`.

        An item table with a column `count` also gets `popularity`: see `popularity_levels`.

        Raises:
            PredictionsFileError: no such file, or it cannot be read.
            InvalidPredictionsError: the id column is missing, or an id stands twice.
        """
        try:
            table = pq.ParquetFile(path).read()
        except (pa.ArrowException, OSError) as error:
            raise PredictionsFileError(f"{path}: cannot be read ({str(error).splitlines()[0]})") from None
        key = f"{subject}_id"
        if key not in table.column_names:
            raise InvalidPredictionsError(key, "a table without it", "the ids", source=str(path))
        ids = table[key].cast(pa.string()).combine_chunks()
        if len(ids.unique()) < len(ids):
            raise InvalidPredictionsError(key, "an id that stands twice", "each id once", source=str(path))
        kept = [field.name for field in table.schema if field.name != key and _groups(field.type)]
        columns = table.select(kept)
        if subject == "item" and "count" in kept:
            columns = columns.append_column("popularity", pa.array(popularity_levels(columns["count"].to_numpy())))
        return cls(subject, ids, columns)

    def joined_to(self, table: pa.Table) -> pa.Table:
        """Return a predictions table with these columns at its end, null where the id is unknown."""
        at = pc.index_in(table[_KEYS[self.subject]], value_set=self.ids)
        for name in self.columns.column_names:
            table = table.append_column(f"{self.subject}.{name}", self.columns[name].take(at))
        return table


def popularity_levels(counts: ArrayLike) -> NDArray[np.object_]:
    """Return [I] `head`, `middle` or `tail`: the most popular items, which draw a third of all interactions, and so on.

    Args:
        counts: [I] interactions of each item in training.

    Raises:
        InvalidArgumentError: another shape, or a negative count.

    Example:
        >>> popularity_levels([1, 6, 1, 3, 1]).tolist()
        ['tail', 'head', 'tail', 'middle', 'tail']
    """
    popularity = np.asarray(counts, dtype=np.float64)
    if popularity.ndim != 1 or not np.all(popularity >= 0):
        raise InvalidArgumentError("counts", f"shape {popularity.shape}", "counts from 0, shape [I]")
    order = np.argsort(-popularity, kind="stable")
    before = np.cumsum(popularity[order]) - popularity[order]
    levels = np.empty(len(popularity), dtype=object)
    third = np.minimum(before * 3 / max(popularity.sum(), 1.0), 2).astype(np.int64)
    levels[order] = np.array(POPULARITY, dtype=object)[np.where(popularity[order] > 0, third, 2)]
    return levels


def _groups(kind: pa.DataType) -> bool:
    return bool(pa.types.is_string(kind) or pa.types.is_integer(kind) or pa.types.is_boolean(kind))
