"""A trained tool, served from its artifact with NumPy and ONNX Runtime."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from rr_tools.artifact import Artifact, ToolCard, read_artifact
from rr_tools.errors import ArtifactError, InvalidDataError
from rr_tools.runtime.confidence import ConfidenceModel, confidence_features
from rr_tools.runtime.queries import Histories, Queries, mask_unrankable
from rr_tools.runtime.ranking import Ranking, require_place, top_k
from rr_tools.runtime.scorers import ProbabilityScorer, open_scorer

CELLS_PER_CHUNK = 2**22  # queries are scored in chunks of at most this many scores, which bounds the memory


@dataclass(frozen=True, slots=True, eq=False)
class ScoredChunk:
    """The scores of b queries.

    Attributes:
        rows: [b] which queries of the batch.
        scores: [b, n_items] float32, -inf where an item must not be ranked.
        lengths: [b] known items in each history.
        sums: [b] sum of the scores that are not -inf, NaN where it is not known; None where no row's is.
    """

    rows: NDArray[np.int64]
    scores: NDArray[np.float32]
    lengths: NDArray[np.int64]
    sums: NDArray[np.float64] | None = None


class RuntimeTool:
    """Ranks the catalogue for batches of queries; satisfies `rr_planner.protocols.Tool` by shape.

    Items of a query's history are never ranked. Unknown item codes in a history are ignored; an empty history and an
    unknown user get what the model has for everybody. The answer to one query does not depend on the others.

    The scores of a click-through model are click probabilities, and `probabilities` asks for them alone.
    """

    def __init__(self, artifact: Artifact, *, threads: int = 1) -> None:
        """Serve an artifact that was read; `load_tool` does both."""
        calibration = artifact.card.calibration
        self._card = artifact.card
        self._scorer = open_scorer(artifact, threads=threads)
        self._confidence = None if calibration is None else ConfidenceModel.from_json(calibration)

    @property
    def card(self) -> ToolCard:
        """What the artifact says about itself."""
        return self._card

    @property
    def name(self) -> str:
        """The tool's name."""
        return self._card.name

    @property
    def n_items(self) -> int:
        """Size of the catalogue."""
        return self._card.n_items

    @property
    def flops_per_query(self) -> float:
        """Floating-point operations one query costs."""
        return self._card.flops_per_query

    def rank(self, queries: Queries, k: int) -> Ranking:
        """Rank the k best items for each query.

        Args:
            queries: B queries; where candidates are given only those are ranked.
            k: length of the lists; rows with fewer rankable items are padded.

        Returns:
            Items [B, k], scores [B, k] and, where the tool was calibrated, confidence [B]. The confidence was fitted on
            the full catalogue: among a few candidates it is an ordering, no probability. But one candidate asks a
            click-through model for yes or no, and the confidence is the probability that the likelier is right.

        Raises:
            InvalidDataError: k is below 1.
        """
        require_place(k)
        size = len(queries.users)
        items, values = np.empty((size, k), dtype=np.int64), np.empty((size, k), dtype=np.float32)
        confidence = np.empty(size)
        for chunk in self.score_chunks(queries):
            best = top_k(chunk.scores, k)
            items[chunk.rows], values[chunk.rows] = best
            if self._confidence is not None and not self._asks_yes_or_no(queries):
                features = self.confidence_features(chunk, best=best[1])
                confidence[chunk.rows] = self._confidence.predict(features)
        first = values[:, 0]
        if self._asks_yes_or_no(queries):
            confidence = np.maximum(first, 1.0 - first).astype(np.float64)
        confidence = np.where(np.isfinite(first), confidence, 0.0)
        return Ranking(items=items, scores=values, confidence=None if self._confidence is None else confidence)

    def scores(self, queries: Queries) -> NDArray[np.float32]:
        """Return [B, n_items] scores of the whole catalogue, -inf where an item is not ranked: for exact evaluation."""
        scores = np.empty((len(queries.users), self.n_items), dtype=np.float32)
        for chunk in self.score_chunks(queries):
            scores[chunk.rows] = chunk.scores
        return scores

    def probabilities(self, queries: Queries) -> NDArray[np.float32]:
        """Return [B, C] the click probability of each candidate; items of the history and unknown ones get one too.

        Raises:
            InvalidDataError: the tool is no click-through model, or the queries have no candidates.
        """
        if not isinstance(self._scorer, ProbabilityScorer):
            raise InvalidDataError(f"{self.name} ranks and knows no click probability; ask a tool of the task 'ctr'")
        if queries.candidates is None:
            raise InvalidDataError("a click is asked about an item: give the items as candidates [B, C]")
        histories = Histories.of(queries.histories, self.n_items)
        return self._scorer.probabilities(np.asarray(queries.users), histories, np.asarray(queries.candidates))

    def score_chunks(self, queries: Queries) -> Iterator[ScoredChunk]:
        """Yield the scores of a few queries at a time, which bounds the memory; every query is in one chunk.

        Inside a chunk the queries may stand in another order than they were given in.
        """
        users = np.asarray(queries.users)
        size = max(1, CELLS_PER_CHUNK // self.n_items)
        for first in range(0, len(users), size):
            rows = np.arange(first, min(first + size, len(users)))
            histories = Histories.of(queries.histories[first : first + size], self.n_items)
            candidates = None if queries.candidates is None else np.asarray(queries.candidates[first : first + size])
            if candidates is None or not isinstance(self._scorer, ProbabilityScorer):
                scores = self._scorer.scores(users[rows], histories)
            else:
                scores = self._scorer.candidate_scores(users[rows], histories, candidates)
            if scores.order is not None:
                rows, histories = rows[scores.order], histories.take(scores.order)
                candidates = None if candidates is None else candidates[scores.order]
            mask_unrankable(scores.values, histories, candidates)
            sums = scores.unseen if candidates is None else None
            yield ScoredChunk(rows=rows, scores=scores.values, lengths=histories.lengths, sums=sums)

    def confidence_features(
        self, chunk: ScoredChunk, *, best: NDArray[np.float32] | None = None
    ) -> NDArray[np.float64]:
        """Return [b, F] what the confidence is computed from, see `rr_tools.runtime.confidence`.

        Args:
            chunk: of `score_chunks`.
            best: [b, k] its best scores, where they are known.
        """
        return confidence_features(chunk.scores, chunk.lengths, self._scorer.scale, best=best, sums=chunk.sums)

    def _asks_yes_or_no(self, queries: Queries) -> bool:
        one = queries.candidates is not None and queries.candidates.shape[1:] == (1,)
        return one and isinstance(self._scorer, ProbabilityScorer)


def load_tool(folder: str | Path, *, threads: int = 1, item_map_checksum: str | None = None) -> RuntimeTool:
    """Load a trained tool; torch is not imported.

    Args:
        folder: a tool artifact.
        threads: threads one call may use.
        item_map_checksum: where given, the artifact must have been trained with this map from item ids to codes.

    Raises:
        ArtifactError: the artifact is missing, damaged, of another schema version of another item map, or an explainer.
    """
    artifact = read_artifact(folder)
    if artifact.card.task == "explanation":
        raise ArtifactError(f"{folder} explains and ranks nothing; open it with rr_tools.runtime.load_explainer")
    trained_with = artifact.card.item_map_checksum
    if item_map_checksum is not None and trained_with != item_map_checksum:
        raise ArtifactError(
            f"{folder} was trained with another item map ({trained_with or 'none'} instead of {item_map_checksum}): "
            "its codes mean other items; train it on this dataset"
        )
    return RuntimeTool(artifact, threads=threads)
