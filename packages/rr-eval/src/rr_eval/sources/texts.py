"""JSON lines with a text and what a person wrote."""

from __future__ import annotations

import json
from pathlib import Path

from rr_eval.errors import PredictionsFileError
from rr_eval.predictions import Predictions
from rr_eval.sources.rows import Loaded


def from_json_lines(text: str, *, path: Path) -> Loaded:
    """Read objects with `prediction` and `reference`, and where they have them `feature`, `system` and `query_id`.

    Without `query_id` the line's number names the query, without `system` the file's name the system.

    Raises:
        PredictionsFileError: a line is no such object.
        InvalidPredictionsError: a system answers a query twice.
    """
    rows = []
    for number, line in enumerate(text.splitlines()):
        try:
            row = json.loads(line)
            rows.append((str(row.get("query_id", number)), row.get("system", path.name.partition(".")[0]), row))
            if not (isinstance(row["prediction"], str) and isinstance(row["reference"], str)):
                raise TypeError
        except (ValueError, TypeError, KeyError, AttributeError):
            expected = 'an object with the strings "prediction" and "reference"'
            raise PredictionsFileError(f"{path}: line {number + 1} is not {expected}") from None
    queries = [query for query, _, _ in rows]
    features = [row.get("feature") for *_, row in rows]
    return Loaded(
        Predictions.from_columns(
            query_id=queries,
            user_id=queries,
            task="explanation",
            system=[system for _, system, _ in rows],
            items=[[]] * len(rows),
            scores=[[]] * len(rows),
            target=queries,
            reason=[row["prediction"] for *_, row in rows],
            reference=[row["reference"] for *_, row in rows],
            feature=features if any(feature is not None for feature in features) else None,
        )
    )
