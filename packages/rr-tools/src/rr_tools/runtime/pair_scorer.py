"""A network over one user and one item at a time: how likely the user is to take the item."""

from __future__ import annotations

from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import load as load_safetensors

from rr_tools.artifact import NETWORK_FILE, WEIGHTS_FILE, Artifact
from rr_tools.errors import ArtifactError
from rr_tools.runtime.feature_rows import FeatureRows
from rr_tools.runtime.queries import Histories
from rr_tools.runtime.scores import Scores
from rr_tools.runtime.session import OnnxSession

ROWS_PER_RUN = 2**14  # bounds the memory of one run of the network
LARGEST_LOGIT = 30.0


class PairScorer:
    """Scores are click probabilities: the network gives calibrated log-odds for rows of field codes.

    The artifact's arrays are those of `FeatureRows`, from which the rows are made.
    """

    scale: Literal["logits", "weights"] = "weights"

    def __init__(self, artifact: Artifact, threads: int) -> None:
        """Open the artifact's network and arrays.

        Raises:
            ArtifactError: an array is missing.
        """
        self._session = OnnxSession(artifact.file(NETWORK_FILE), threads=threads)
        try:
            self._rows = FeatureRows.from_arrays(load_safetensors(artifact.file(WEIGHTS_FILE)))
        except KeyError as error:
            raise ArtifactError(f"{artifact.folder}: {WEIGHTS_FILE} lacks {error}; train the tool again") from error

    def scores(self, users: NDArray[Any], histories: Histories) -> Scores:
        """Score every item with its probability."""
        everything = np.broadcast_to(np.arange(self._rows.n_items), (len(histories), self._rows.n_items))
        return Scores(self.probabilities(users, histories, everything))

    def probabilities(self, users: NDArray[Any], histories: Histories, items: NDArray[Any]) -> NDArray[np.float32]:
        """Return [B, C] the probability of each of the items [B, C]; unknown users and items get one too."""
        contexts = self._rows.contexts(users, histories)
        probabilities = np.empty(items.shape, dtype=np.float32)
        size = max(1, ROWS_PER_RUN // max(1, items.shape[1]))
        for first in range(0, len(items), size):
            chunk = items[first : first + size]
            logits = self._run(self._rows.rows(contexts[first : first + size], chunk))
            probabilities[first : first + size] = logits.reshape(chunk.shape)
        return probabilities

    def candidate_scores(self, users: NDArray[Any], histories: Histories, candidates: NDArray[Any]) -> Scores:
        """Score the candidates [B, C] with their probabilities, everything else with -inf."""
        values = np.full((len(candidates), self._rows.n_items), -np.inf, dtype=np.float32)
        known = (candidates >= 0) & (candidates < self._rows.n_items)
        rows = np.broadcast_to(np.arange(len(candidates))[:, None], candidates.shape)[known]
        values[rows, candidates[known]] = self.probabilities(users, histories, candidates)[known]
        return Scores(values)

    def _run(self, rows: NDArray[np.int64]) -> NDArray[np.float32]:
        logits = [self._session.run(rows[first : first + ROWS_PER_RUN]) for first in range(0, len(rows), ROWS_PER_RUN)]
        bounded = np.clip(np.concatenate([*logits, np.empty(0, dtype=np.float32)]), -LARGEST_LOGIT, LARGEST_LOGIT)
        probabilities: NDArray[np.float32] = 1.0 / (1.0 + np.exp(-bounded))
        return probabilities
