"""The explanations of a table, each with what a person wrote."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, cast

import numpy as np
import pyarrow as pa  # type: ignore[import-untyped]
import pyarrow.compute as pc  # type: ignore[import-untyped]
from numpy.typing import NDArray

from rr_eval.errors import InvalidPredictionsError
from rr_eval.metrics import Metric
from rr_eval.predictions import Predictions
from rr_eval.statistics import Statistics
from rr_eval.table_checks import row_name
from rr_eval.text.bleu import bleu_statistics
from rr_eval.text.features import feature_matching
from rr_eval.text.rouge import Variant, rouge


@dataclass(frozen=True, slots=True, eq=False)
class Explanations:
    """What was written for N queries.

    Attributes:
        query_ids: [N] Arrow strings.
        texts, references: [N] Arrow strings.
        features: [N] Arrow strings, null where unknown.
    """

    query_ids: pa.Array
    texts: pa.Array
    references: pa.Array
    features: pa.Array

    def __len__(self) -> int:
        """Return N."""
        return len(self.texts)

    @property
    def tied_share(self) -> float:
        """Texts do not tie: 0."""
        return 0.0

    def statistics(self, metric: Metric) -> Statistics:
        """Return a metric's statistics.

        Raises:
            InvalidPredictionsError: FMR is asked for and a query has no feature.
            MissingExtraError: sacreBLEU is asked for and not installed.
        """
        name, _, variant = metric.base.partition("-")
        texts, references = self.texts.to_pylist(), self.references.to_pylist()
        if name == "ROUGE":
            return Statistics.of_mean(rouge(texts, references, variant=cast("Variant", variant)))
        if name == "FMR":
            if self.features.null_count:
                raise InvalidPredictionsError("feature", "null", "the feature each reference is about, for FMR")
            return Statistics.of_mean(feature_matching(texts, self.features.to_pylist()))
        convention: Literal["peter", "sacrebleu"] = "peter" if name == "BLEU" else "sacrebleu"
        return bleu_statistics(texts, references, n=int(variant), convention=convention)

    def take(self, rows: NDArray[np.int64]) -> Explanations:
        """Return these queries, in this order."""
        at = pa.array(rows)
        columns = (self.query_ids, self.texts, self.references, self.features)
        return Explanations(*(column.take(at) for column in columns))

    @classmethod
    def of(cls, predictions: Predictions) -> Explanations:
        """Read the columns `reason`, `reference` and, where there is one, `feature`.

        Raises:
            InvalidPredictionsError: a query has no text or no reference.
        """
        table = predictions.table
        for column in ("reason", "reference"):
            if column not in table.column_names:
                received = "a table without it"
                raise InvalidPredictionsError(column, received, "a text in every row of the task explanation")
            if table[column].null_count:
                where = row_name(table, pc.index(table[column].is_null(), True).as_py())
                raise InvalidPredictionsError(column, f"null in {where}", "a text")
        features = (
            table["feature"].combine_chunks() if "feature" in table.column_names else pa.nulls(len(table), "string")
        )
        texts, references = (table[name].combine_chunks() for name in ("reason", "reference"))
        return cls(predictions.query_ids(), texts, references, features)

    @classmethod
    def concat(cls, parts: Sequence[Explanations]) -> Explanations:
        """Put the queries of several tables one after the other."""
        names = ("query_ids", "texts", "references", "features")
        return cls(*(pa.concat_arrays([getattr(part, name) for part in parts]) for name in names))
