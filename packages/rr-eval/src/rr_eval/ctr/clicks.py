"""The click predictions of a table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa  # type: ignore[import-untyped]
from numpy.typing import NDArray

from rr_eval.ctr.auc import auc_statistics
from rr_eval.ctr.brier import brier
from rr_eval.ctr.clicks_check import check_clicks
from rr_eval.ctr.gauc import gauc_statistics
from rr_eval.ctr.log_loss import log_loss
from rr_eval.errors import InvalidPredictionsError
from rr_eval.metrics import Metric
from rr_eval.predictions import Predictions
from rr_eval.statistics import Statistics
from rr_eval.table_checks import row_name


@dataclass(frozen=True, slots=True, eq=False)
class Clicks:
    """What was predicted for N rows.

    Attributes:
        query_ids, user_ids: [N] Arrow strings.
        labels: [N] bool.
        probabilities: [N] float64.
    """

    query_ids: pa.Array
    user_ids: pa.Array
    labels: NDArray[np.bool_]
    probabilities: NDArray[np.float64]

    def __len__(self) -> int:
        """Return N."""
        return len(self.labels)

    @property
    def tied_share(self) -> float:
        """The share of rows whose probability a row of the other label has too."""
        _, group = np.unique(self.probabilities, return_inverse=True)
        clicks, others = np.bincount(group, weights=self.labels), np.bincount(group, weights=~self.labels)
        return float(((clicks > 0) & (others > 0))[group].mean())

    def statistics(self, metric: Metric) -> Statistics:
        """Return a metric's statistics.

        Raises:
            InvalidPredictionsError: all labels are the same, for every user in the case of GAUC.
        """
        if metric.base == "LogLoss":
            return Statistics.of_mean(log_loss(self.labels, self.probabilities))
        if metric.base == "Brier":
            return Statistics.of_mean(brier(self.labels, self.probabilities))
        if self.labels.all() or not self.labels.any():
            raise InvalidPredictionsError("label", f"only {int(self.labels[0])}", f"both 0 and 1, for {metric.name}")
        if metric.base == "AUC":
            return auc_statistics(self.labels, self.probabilities)
        users = self.user_ids.dictionary_encode().indices.to_numpy(zero_copy_only=False)
        found = gauc_statistics(self.labels, self.probabilities, users)
        if not found.values.any():
            raise InvalidPredictionsError("label", "one label a user", "a user with both 0 and 1, for GAUC")
        return found

    def take(self, rows: NDArray[np.int64]) -> Clicks:
        """Return these rows, in this order."""
        at = pa.array(rows)
        return Clicks(self.query_ids.take(at), self.user_ids.take(at), self.labels[rows], self.probabilities[rows])

    @classmethod
    def of(cls, predictions: Predictions) -> Clicks:
        """Read the columns `label` and `scores`.

        Raises:
            InvalidPredictionsError: a row has no label of 0 or 1, or other than one score in [0, 1].
        """
        if "label" not in predictions.table.column_names:
            raise InvalidPredictionsError("label", "a table without it", "0 or 1 in every row of the task ctr")
        lists, labels = predictions.flat_lists(), predictions.numbers("label")
        for column, wrong, received, expected in (
            ("label", ~np.isin(labels, (0, 1)), "neither 0 nor 1", "0 or 1"),
            ("scores", lists.lengths != 1, "other than one item", "one item and its click probability"),
        ):
            if wrong.any():
                where = row_name(predictions.table, int(np.argmax(wrong)))
                raise InvalidPredictionsError(column, f"{received} in {where}", expected)
        clicked, given = check_clicks(labels, lists.scores) if len(labels) else (labels > 0, lists.scores * 1.0)
        users = predictions.table["user_id"].combine_chunks()
        return cls(predictions.query_ids(), users, clicked, np.asarray(given, np.float64))

    @classmethod
    def concat(cls, parts: Sequence[Clicks]) -> Clicks:
        """Put the rows of several tables one after the other."""
        return cls(
            pa.concat_arrays([part.query_ids for part in parts]),
            pa.concat_arrays([part.user_ids for part in parts]),
            np.concatenate([part.labels for part in parts]),
            np.concatenate([part.probabilities for part in parts]),
        )
