"""The predictions table: what any system answered, one row per query and system (`docs/interfaces.md`)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa  # type: ignore[import-untyped]
import pyarrow.compute as pc  # type: ignore[import-untyped]
import pyarrow.parquet as pq  # type: ignore[import-untyped]
from numpy.typing import NDArray

from rr_eval.atomic import atomic_path
from rr_eval.columns import Values, to_arrow, without_padding
from rr_eval.errors import InvalidPredictionsError, PredictionsFileError, SchemaVersionError, UnknownNameError
from rr_eval.flat_lists import FlatLists
from rr_eval.schema import VERSION, VERSION_KEY, conform
from rr_eval.table_checks import list_column


@dataclass(frozen=True, slots=True, eq=False)
class Predictions:
    """A checked predictions table of N rows; make one with `read`, `from_columns` or `concat`.

    Attributes:
        table: the columns as Arrow data, in the order of the schema; a team's own columns come last.
    """

    table: pa.Table

    @classmethod
    def read(cls, path: str | Path) -> Predictions:
        """Read a Parquet file.

        Raises:
            PredictionsFileError: there is no such file, or it is no predictions table.
            SchemaVersionError: it has another schema version.
            InvalidPredictionsError: a column is missing or holds what it must not.
        """
        path = Path(path)
        if not path.is_file():
            raise PredictionsFileError(f"{path}: no such file; expected a predictions table (Parquet)")
        try:
            table = pq.ParquetFile(path).read()
        except (pa.ArrowException, OSError) as error:
            reason = str(error).splitlines()[0]
            raise PredictionsFileError(f"{path}: not a Parquet file that can be read ({reason})") from None
        check_version(table.schema.metadata or {}, path)
        return cls(conform(table, source=str(path)))

    def write(self, path: str | Path) -> None:
        """Write a Parquet file, whole or not at all.

        Raises:
            InvalidArgumentError: the folder does not exist or cannot be written.
        """
        with atomic_path(Path(path)) as temporary:
            pq.write_table(self.table, temporary, compression="zstd")

    @classmethod
    def from_columns(
        cls,
        *,
        query_id: Values,
        user_id: Values,
        task: str | Values,
        system: str | Values,
        items: Values,
        scores: Values,
        target: Values,
        n_ahead: Values | None = None,
        n_tied: Values | None = None,
        confidence: Values | None = None,
        route: str | Values | None = None,
        tools_used: Values | None = None,
        latency_ms: Values | None = None,
        flops: Values | None = None,
        group: str | Values | None = None,
        label: Values | None = None,
        thought: Values | None = None,
        reason: Values | None = None,
        relevant: Values | None = None,
        gains: Values | None = None,
        reference: Values | None = None,
        feature: Values | None = None,
        own: Mapping[str, Values] | None = None,
    ) -> Predictions:
        """Build a table of N rows from columns, each with N values; `docs/interfaces.md` says what they mean.

        Args:
            query_id, user_id, target: strings; whole numbers are written as strings.
            task, system, route, group: strings, or one string for all rows.
            items, scores: N lists, best first; or two arrays [N, k], where places with score -inf are padding.
            n_ahead, n_tied, confidence, latency_ms, flops, label: numbers; NaN or None where unknown.
            tools_used: N lists of strings.
            thought, reason: strings for a person to read; an explanation stands in `reason`.
            relevant, gains: N lists, where queries have several relevant items: their ids, and how relevant each is.
            reference, feature: strings, what a person wrote in the place of `reason`, and what it is about.
            own: further columns of the team's own, by name: anything to group by.

        Raises:
            InvalidPredictionsError: a column has another length than `query_id` or holds what it must not.

        Example:
            >>> predictions = Predictions.from_columns(
            ...     query_id=["q1", "q2"], user_id=["u1", "u2"], task="sequential", system="popularity",
            ...     items=[["a", "b"], ["b", "a"]], scores=[[2.0, 1.0], [2.0, 1.0]], target=["a", "a"])
            >>> len(predictions), predictions.systems
            (2, ('popularity',))
        """
        if isinstance(items, np.ndarray) and isinstance(scores, np.ndarray) and items.ndim == scores.ndim == 2:
            items, scores = without_padding(items, scores)
        given: dict[str, str | Values | None] = {
            "query_id": query_id,
            "user_id": user_id,
            "task": task,
            "system": system,
            "items": items,
            "scores": scores,
            "target": target,
            "n_ahead": n_ahead,
            "n_tied": n_tied,
            "confidence": confidence,
            "route": route,
            "tools_used": tools_used,
            "latency_ms": latency_ms,
            "flops": flops,
            "group": group,
            "label": label,
            "thought": thought,
            "reason": reason,
            "relevant": relevant,
            "gains": gains,
            "reference": reference,
            "feature": feature,
        }
        twice = sorted(given.keys() & (own or {}).keys())
        if twice:
            raise InvalidPredictionsError(twice[0], "it in 'own'", "the argument of that name", source="from_columns")
        size = len(query_id)
        columns = {name: to_arrow(name, values, size) for name, values in given.items() if values is not None}
        columns |= {name: to_arrow(name, values, size) for name, values in (own or {}).items()}
        return cls(conform(pa.table(columns), source="from_columns"))

    @classmethod
    def concat(cls, parts: Sequence[Predictions]) -> Predictions:
        """Put tables one below the other; a column that one of them lacks is null in its rows.

        Raises:
            InvalidPredictionsError: no part is given, a system answers the same query in two parts, or two parts
                disagree about the type of a column of the team's own.
        """
        if not parts:
            raise InvalidPredictionsError("query_id", "no parts", "at least one predictions table")
        try:
            table = pa.concat_tables([part.table for part in parts], promote_options="default")
        except pa.ArrowException as error:
            raise InvalidPredictionsError("own", str(error), "the same type in every part") from None
        return cls(conform(table, source="concat"))

    def __len__(self) -> int:
        """Return N, the number of rows."""
        return len(self.table)

    @property
    def systems(self) -> tuple[str, ...]:
        """The systems, in order of first appearance."""
        return tuple(self.table["system"].unique().to_pylist())

    @property
    def tasks(self) -> tuple[str, ...]:
        """The tasks, in order of first appearance."""
        return tuple(self.table["task"].unique().to_pylist())

    def by_system(self) -> Iterator[tuple[str, Predictions]]:
        """Iterate over the systems and their rows, in order of first appearance."""
        for system in self.systems:
            yield system, self.of_system(system)

    def of_system(self, system: str) -> Predictions:
        """Return the rows of one system.

        Raises:
            UnknownNameError: no row has this system.
        """
        if system not in self.systems:
            raise UnknownNameError("system", system, self.systems)
        return self.filter(pc.equal(self.table["system"], system).to_numpy())

    def of_task(self, task: str) -> Predictions:
        """Return the rows of one task.

        Raises:
            UnknownNameError: no row has this task.
        """
        if task not in self.tasks:
            raise UnknownNameError("task", task, self.tasks)
        return self.filter(pc.equal(self.table["task"], task).to_numpy())

    def filter(self, mask: NDArray[np.bool_]) -> Predictions:
        """Return the rows where `mask` [N] is true, in order."""
        return Predictions(self.table.filter(pa.array(mask, pa.bool_())))

    def numbers(self, name: str) -> NDArray[np.float64]:
        """Return a numeric column as [N] float64, NaN where null."""
        return np.asarray(self._column(name).cast(pa.float64()).to_numpy(), dtype=np.float64)

    def strings(self, name: str) -> NDArray[np.object_]:
        """Return a string column as [N] objects, None where null."""
        return np.asarray(self._column(name).to_numpy(), dtype=object)

    def lists(self, name: str) -> list[list[Any]]:
        """Return a list column as N lists, empty where null."""
        return [values or [] for values in self._column(name).to_pylist()]

    def list_lengths(self, name: str) -> NDArray[np.int64]:
        """Return how long each list of a list column is, [N]; 0 where null."""
        offsets, _ = list_column(self.table.select([name]), name)
        return np.diff(offsets)

    def known(self, name: str) -> NDArray[np.bool_]:
        """Return [N], whether a column has a value."""
        return np.asarray(self._column(name).is_valid().to_numpy(), dtype=bool)

    def query_ids(self) -> pa.Array:
        """Return the queries [N] as Arrow strings."""
        return self.table["query_id"].combine_chunks()

    def flat_lists(self) -> FlatLists:
        """Return every place of every ranked list."""
        return FlatLists.of(self.table)

    def _column(self, name: str) -> pa.ChunkedArray:
        if name not in self.table.column_names:
            raise UnknownNameError("column", name, self.table.column_names)
        return self.table[name]


def check_version(metadata: Mapping[bytes, bytes], path: Path) -> None:
    """Check the schema version of a Parquet file.

    Raises:
        PredictionsFileError: it is no predictions table.
        SchemaVersionError: it has another schema version.
    """
    found = metadata.get(VERSION_KEY)
    if found is None:
        key = VERSION_KEY.decode()
        raise PredictionsFileError(
            f"{path}: not a predictions table: its metadata has no '{key}'; write it with rr_eval.Predictions.write"
        )
    if found != str(VERSION).encode():
        received = found.decode(errors="replace")
        raise SchemaVersionError(
            f"{path}: predictions table of schema version {received}; this rr-eval reads version {VERSION}: "
            "install the rr-eval that wrote it, or write the table again"
        )
