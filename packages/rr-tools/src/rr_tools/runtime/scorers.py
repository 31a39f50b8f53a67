"""How each kind of artifact turns queries into scores for the whole catalogue, without torch.

A card names its scorer: the *kind* of computation, which many models share (every sequential network is served by
`SequenceScorer`), so a team's own model needs no code here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import pairwise
from typing import Any, Literal, Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import load as load_safetensors

from rr_tools.artifact import NETWORK_FILE, WEIGHTS_FILE, Artifact
from rr_tools.errors import ArtifactError
from rr_tools.runtime.pair_scorer import PairScorer
from rr_tools.runtime.queries import Histories
from rr_tools.runtime.scores import FloatArray, Scores, sums_of_unseen
from rr_tools.runtime.session import OnnxSession

Scale = Literal["logits", "weights"]
WIDTH_STEP = 4  # histories run together whose lengths differ by less


class Scorer(Protocol):
    """Scores every item for every query; what must not be ranked is masked later."""

    scale: Scale
    """"logits" are compared through a softmax, "weights" are not negative and compared by their share."""

    def scores(self, users: NDArray[Any], histories: Histories) -> Scores:
        """Score the catalogue for B queries, in a new array."""
        ...


@runtime_checkable
class ProbabilityScorer(Scorer, Protocol):
    """Scores single items, and its scores are click probabilities."""

    def probabilities(self, users: NDArray[Any], histories: Histories, items: NDArray[Any]) -> FloatArray:
        """Return [B, C] the probability of each of the items [B, C]."""
        ...

    def candidate_scores(self, users: NDArray[Any], histories: Histories, candidates: NDArray[Any]) -> Scores:
        """Score the candidates [B, C] only, in a new array; -inf elsewhere."""
        ...


class SequenceScorer:
    """A network over the last items of the history; it answers an empty history by itself."""

    scale: Scale = "logits"

    def __init__(self, artifact: Artifact, threads: int) -> None:
        """Open the artifact's network."""
        self._session = OnnxSession(artifact.file(NETWORK_FILE), threads=threads)
        self._max_length, self._n_items = artifact.card.max_length, artifact.card.n_items

    def scores(self, users: NDArray[Any], histories: Histories) -> Scores:
        """Run the network on [B, max_length] item codes, -1 behind short histories.

        Where the network takes rows of any length, histories of about the same length run together, without the columns
        that are padding for all of them; the rows of the answer are in that order.
        """
        rows = histories.last(self._max_length)
        if not self._session.any_length or len(rows) == 0:
            return Scores(self._session.run(rows))
        widths = np.clip(-(-histories.lengths // WIDTH_STEP) * WIDTH_STEP, 1, self._max_length)
        if widths.min() == widths.max():
            return Scores(self._session.run(np.ascontiguousarray(rows[:, : widths[0]])))
        order = np.argsort(widths, kind="stable")
        rows, widths = rows[order], widths[order]
        values = np.empty((len(rows), self._n_items), dtype=np.float32)
        for first, behind in pairwise(np.flatnonzero(np.diff(widths, prepend=-1, append=-1))):
            alike = np.ascontiguousarray(rows[first:behind, : widths[first]])
            self._session.run_into(alike, values[first:behind])
        return Scores(values, order=order)


class UserScorer:
    """A network over the user code; it answers an unknown user (-1) by itself."""

    scale: Scale = "logits"

    def __init__(self, artifact: Artifact, threads: int) -> None:
        """Open the artifact's network."""
        self._session = OnnxSession(artifact.file(NETWORK_FILE), threads=threads)

    def scores(self, users: NDArray[Any], histories: Histories) -> Scores:
        """Run the network on [B] user codes; ids that are not integers are unknown users."""
        codes = users if users.dtype.kind in "iu" else np.full(len(users), -1)
        return Scores(self._session.run(codes.astype(np.int64, copy=False)))


class NeighborScorer:
    """A weighted sum of the neighbour rows of the history's last items; popularity where that is empty.

    The artifact's arrays: `indptr` [n_items + 1], `indices` [E] and `values` [E], the neighbour matrix in compressed
    rows; `age_weights` [max_length], the weight of a history item by how many are newer; `popularity` [n_items].
    """

    scale: Scale = "weights"

    def __init__(self, artifact: Artifact, threads: int) -> None:
        """Read the artifact's arrays; `threads` has no effect."""
        arrays = _arrays(artifact, "indptr", "indices", "values", "age_weights", "popularity")
        self._indptr, self._indices = arrays["indptr"].astype(np.int64), arrays["indices"].astype(np.int32)
        self._values, self._age_weights = arrays["values"].astype(np.float32), arrays["age_weights"].astype(np.float32)
        self._popularity = arrays["popularity"].astype(np.float32)
        of_entries = np.repeat(np.arange(len(self._indptr) - 1), np.diff(self._indptr))
        self._sums = np.bincount(of_entries, weights=self._values, minlength=len(self._indptr) - 1)

    def scores(self, users: NDArray[Any], histories: Histories) -> Scores:
        """Sum neighbour rows; a history without any neighbour is answered by popularity."""
        n_items = len(self._popularity)
        ages = histories.ages()
        recent = ages < len(self._age_weights)
        rows, items = histories.rows[recent], histories.items[recent]
        weights = self._age_weights[ages[recent]]
        starts, counts = self._indptr[items], self._indptr[items + 1] - self._indptr[items]
        entries = np.repeat(starts - (np.cumsum(counts) - counts), counts) + np.arange(counts.sum())
        cells = np.repeat(rows * n_items, counts) + self._indices[entries]
        values = np.zeros((len(histories), n_items), dtype=np.float32)
        np.add.at(values.reshape(-1), cells, np.repeat(weights, counts) * self._values[entries])
        sums = np.bincount(rows, weights=weights * self._sums[items], minlength=len(histories)).astype(np.float64)
        unreached = sums == 0
        values[unreached], sums[unreached] = self._popularity, self._popularity.sum(dtype=np.float64)
        return Scores(values, unseen=sums_of_unseen(values, sums, histories))


class PopularityScorer:
    """The same scores for everybody: `popularity` [n_items]."""

    scale: Scale = "weights"

    def __init__(self, artifact: Artifact, threads: int) -> None:
        """Read the artifact's array; `threads` has no effect."""
        self._popularity = _arrays(artifact, "popularity")["popularity"].astype(np.float32)

    def scores(self, users: NDArray[Any], histories: Histories) -> Scores:
        """Repeat the popularity for each query."""
        return Scores(np.tile(self._popularity, (len(histories), 1)))


SCORERS: Mapping[str, Callable[[Artifact, int], Scorer]] = {
    "sequence": SequenceScorer,
    "user": UserScorer,
    "neighbors": NeighborScorer,
    "popularity": PopularityScorer,
    "pairs": PairScorer,
}


def open_scorer(artifact: Artifact, *, threads: int) -> Scorer:
    """Open the scorer that the artifact's card names.

    Raises:
        ArtifactError: the card names a kind that this version does not know, or arrays are missing.
    """
    kind = artifact.card.scorer
    if kind not in SCORERS:
        known = ", ".join(SCORERS)
        raise ArtifactError(
            f"{artifact.folder}: unknown scorer {kind!r} (this version knows {known}); upgrade rr-tools"
        )
    return SCORERS[kind](artifact, threads)


def _arrays(artifact: Artifact, *names: str) -> dict[str, NDArray[Any]]:
    arrays = load_safetensors(artifact.file(WEIGHTS_FILE))
    if missing := [name for name in names if name not in arrays]:
        raise ArtifactError(f"{artifact.folder}: {WEIGHTS_FILE} lacks {', '.join(missing)}; train the tool again")
    return arrays
