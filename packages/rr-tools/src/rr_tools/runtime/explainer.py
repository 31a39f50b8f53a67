"""A trained explainer, served from its artifact with NumPy and ONNX Runtime."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rr_tools.artifact import Artifact, ToolCard, read_artifact
from rr_tools.errors import ArtifactError, InvalidDataError
from rr_tools.runtime.decoder_session import DecoderSession
from rr_tools.runtime.explanation_inputs import ExplanationInputs
from rr_tools.runtime.vocabulary import BOS, EOS, PAD, UNK

START_FILE, STEP_FILE, VOCABULARY_FILE = "start.onnx", "step.onnx", "vocabulary.json"
TASK = "explanation"
ROWS_PER_RUN = 256  # bounds the memory of one run of the network
NEVER_WRITTEN = [PAD, BOS, UNK]

Codes = NDArray[Any] | Sequence[Any]


class Explainer:
    """Says why users may like items, one sentence a pair, the likeliest word at each step.

    Unknown users and items get the mean vector of those known. The text for one pair does not depend on the others.
    """

    def __init__(self, artifact: Artifact, *, threads: int = 1) -> None:
        """Serve an artifact that was read; `load_explainer` does both.

        Raises:
            ArtifactError: it is of another task, or incomplete.
        """
        if artifact.card.task != TASK:
            raise ArtifactError(f"{artifact.folder} is a tool of the task {artifact.card.task!r} and explains nothing")
        self._card = artifact.card
        self._inputs = ExplanationInputs.from_json(artifact.file(VOCABULARY_FILE))
        self._decoder = DecoderSession(artifact.file(START_FILE), artifact.file(STEP_FILE), threads=threads)

    @property
    def card(self) -> ToolCard:
        """What the artifact says about itself."""
        return self._card

    @property
    def name(self) -> str:
        """The tool's name."""
        return self._card.name

    @property
    def inputs(self) -> ExplanationInputs:
        """How users, items, ratings, features and words become codes."""
        return self._inputs

    def explain(
        self,
        users: Codes,
        items: Codes,
        ratings: NDArray[Any] | Sequence[float] | None = None,
        features: Sequence[str | None] | None = None,
    ) -> list[str]:
        """Return a text for each of B pairs, lower-case, never empty.

        Args:
            users: [B] user codes; what is no known code is an unknown user.
            items: [B] item codes, likewise.
            ratings: [B] what the user gave or is expected to give, NaN where unknown; only Attn2Seq reads them.
            features: [B] what the text is to speak of, None where nothing is asked for; only PETER with the option
                `use_feature` reads them.

        Raises:
            InvalidDataError: the lengths differ.
        """
        context = self._inputs.context(users, items, ratings, features)
        rows: list[NDArray[np.int64]] = []
        for first in range(0, len(context), ROWS_PER_RUN):
            rows.extend(self._decode(context[first : first + ROWS_PER_RUN]))
        return [self._inputs.vocabulary.text(row[row != PAD].tolist()) for row in rows]

    def expected_ratings(self, users: Codes, items: Codes) -> NDArray[np.float32]:
        """Return [B] the ratings that the model expects.

        Raises:
            InvalidDataError: the lengths differ, or the model expects none (Attn2Seq).
        """
        context = self._inputs.context(users, items)
        chunks = [context[first : first + ROWS_PER_RUN] for first in range(0, max(1, len(context)), ROWS_PER_RUN)]
        ratings = [self._decoder.begin(chunk)[1] for chunk in chunks]
        known = [chunk for chunk in ratings if chunk is not None]
        if not known:
            raise InvalidDataError(f"{self.name} expects no ratings; ask nrt or peter")
        return np.concatenate(known)

    def _decode(self, context: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return [B, longest] codes of words, `<pad>` behind."""
        written = np.full((len(context), self._inputs.longest), PAD)
        state, _ = self._decoder.begin(context)
        rows, words = np.arange(len(context)), np.full(len(context), BOS)
        for place in range(self._inputs.longest):
            logits, state = self._decoder.step(words, state)
            words = likeliest(logits, first=place == 0)
            goes_on = words != EOS
            rows, words = rows[goes_on], words[goes_on]
            if len(rows) == 0:
                break
            written[rows, place] = words
            if not goes_on.all():
                state = {name: values[goes_on] for name, values in state.items()}
        return written


def likeliest(logits: NDArray[np.float32], *, first: bool) -> NDArray[np.int64]:
    """Return [B] the likeliest word; never a special one but `<eos>`, and that not as the first one.

    Example:
        >>> likeliest(np.array([[9, 9, 8, 9, 1, 2]], dtype=np.float32), first=True).tolist()
        [5]
    """
    allowed = logits.copy()
    allowed[:, [*NEVER_WRITTEN, EOS] if first else NEVER_WRITTEN] = -np.inf
    words: NDArray[np.int64] = allowed.argmax(axis=1)
    return words


def load_explainer(folder: str | Path, *, threads: int = 1, item_map_checksum: str | None = None) -> Explainer:
    """Load a trained explainer; torch is not imported.

    Args:
        folder: a tool artifact of the task "explanation".
        threads: threads one call may use.
        item_map_checksum: where given, the artifact must have been trained with this map from item ids to codes.

    Raises:
        ArtifactError: the artifact is missing, damaged, of another schema version, task or item map.
    """
    artifact = read_artifact(folder)
    trained_with = artifact.card.item_map_checksum
    if item_map_checksum is not None and trained_with != item_map_checksum:
        raise ArtifactError(
            f"{folder} was trained with another item map ({trained_with or 'none'} instead of {item_map_checksum}): "
            "its codes mean other items; train it on this dataset"
        )
    return Explainer(artifact, threads=threads)
