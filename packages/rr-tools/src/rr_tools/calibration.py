"""Assessing a trained tool on queries whose answer is known, and calibrating its confidence on them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rr_tools.artifact import read_card, write_card
from rr_tools.errors import InvalidDataError
from rr_tools.runtime.confidence import FEATURES, ConfidenceModel, fit_confidence
from rr_tools.runtime.queries import Queries
from rr_tools.runtime.tool import RuntimeTool, load_tool
from rr_tools.validation import CUTOFF, target_ranks


@dataclass(frozen=True, slots=True, eq=False)
class Assessment:
    """How a tool answered Q queries.

    Attributes:
        ranks: [Q] mid-tie rank of each query's relevant item; inf where the tool did not rank it.
        features: [Q, F] what its confidence is computed from.
    """

    ranks: NDArray[np.float64]
    features: NDArray[np.float64]

    def fit_confidence(self) -> ConfidenceModel:
        """Fit P(relevant item in the first five)."""
        return fit_confidence(self.features, self.ranks <= CUTOFF)


def assess(tool: RuntimeTool, queries: Queries, targets: NDArray[Any]) -> Assessment:
    """Score Q queries over the catalogue and find their relevant items.

    Args:
        tool: a loaded tool.
        queries: Q queries.
        targets: [Q] the relevant item's code.

    Raises:
        InvalidDataError: targets are not one item code a query, or there are none.
    """
    codes = np.asarray(targets)
    size = len(queries.users)
    if size == 0:
        raise InvalidDataError("there are no queries with a known answer to assess the tool on")
    if codes.shape != (size,) or codes.dtype.kind not in "iu" or not ((codes >= 0) & (codes < tool.n_items)).all():
        raise InvalidDataError(f"targets must be {size} item codes from 0 to {tool.n_items - 1}, one a query")
    ranks, features = np.empty(size), np.empty((size, len(FEATURES)))
    for chunk in tool.score_chunks(queries):
        ranks[chunk.rows] = target_ranks(chunk.scores, codes[chunk.rows])
        features[chunk.rows] = tool.confidence_features(chunk)
    return Assessment(ranks=ranks, features=features)


def calibrate_artifact(folder: str | Path, queries: Queries, targets: NDArray[Any]) -> ConfidenceModel:
    """Fit an artifact's confidence and write it to the card, replacing the one that is there.

    Args:
        folder: a tool artifact.
        queries: Q queries over the full catalogue that the tool was not trained on.
        targets: [Q] the relevant item's code.

    Raises:
        ArtifactError: as `load_tool`.
        InvalidDataError: as `assess`.
    """
    confidence = assess(load_tool(folder), queries, targets).fit_confidence()
    write_card(Path(folder), replace(read_card(folder), calibration=confidence.to_json()))
    return confidence
