"""Which items are relevant for which query, from a file beside the predictions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from rr_eval.errors import PredictionsFileError
from rr_eval.sources.delimited import read_delimited
from rr_eval.sources.plain_lines import fields_of_lines

Judgements = Mapping[str, Mapping[str, float]]
"""Each query's relevant items with their gains, which are above 0."""


def read_judgements(path: Path) -> Judgements:
    """Read TREC qrels (query, 0, item, grade), or a delimited or atomic file with a query or user and an item a row.

    Of a delimited file every row counts, with a column `label` those above 0; a column `gain` says how relevant.

    Raises:
        PredictionsFileError: no such file, or neither of the two.
    """
    lines = fields_of_lines(path, 4)
    if lines is not None:
        try:
            return collected((query, item, float(grade)) for query, _, item, grade in lines)
        except ValueError:
            raise PredictionsFileError(f"{path}: a grade that is no number; expected 'QUERY 0 ITEM GRADE'") from None
    table = read_delimited(path)
    gains = table.numbers("gain") if "gain" in table.names else table.ones()
    kept = gains * (table.numbers("label") > 0) if "label" in table.names else gains
    return collected(zip(table.queries(), table.strings("item_id"), kept.tolist(), strict=True))


def collected(rows: Iterable[tuple[str, str, float]]) -> Judgements:
    """Keep the rows with a gain above 0, by query."""
    found: dict[str, dict[str, float]] = {}
    for query, item, gain in rows:
        if gain > 0:
            found.setdefault(query, {})[item] = gain
    return found
