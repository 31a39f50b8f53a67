"""The two networks that write a text word by word: one begins, one goes a step on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rr_tools.runtime.session import OnnxSession

CONTEXT_INPUT, WORD_INPUT = "context", "word"
LOGITS_OUTPUT, RATING_OUTPUT = "logits", "rating"
CHANGED = "next_"  # stands before the name of what a step changes
Arrays = dict[str, NDArray[Any]]


class NamedSession(OnnxSession):
    """A network of several inputs and outputs, each known by its name."""

    def run_named(self, inputs: Mapping[str, NDArray[Any]]) -> Arrays:
        """Return the network's outputs."""
        names = [described.name for described in self._session.get_outputs()]
        return dict(zip(names, self._session.run(names, dict(inputs)), strict=True))


class DecoderSession:
    """Begins texts and says what may come next.

    A state is arrays by name, whose first dimension is the batch. What the step does not change it does not give back,
    and it stays as it was.
    """

    def __init__(self, start: bytes, step: bytes, *, threads: int = 1) -> None:
        """Load the content of the two `.onnx` files.

        Raises:
            ArtifactError: the installed ONNX Runtime cannot run them.
        """
        self._start = NamedSession(start, threads=threads)
        self._step = NamedSession(step, threads=threads)

    def begin(self, context: NDArray[np.int64]) -> tuple[Arrays, NDArray[np.float32] | None]:
        """Return the state for contexts [B, 4] before any word, and the ratings [B] that the model expects, if it does.

        The first word of a step that follows is `<bos>`.
        """
        state = self._start.run_named({CONTEXT_INPUT: context})
        return state, state.pop(RATING_OUTPUT, None)

    def step(self, words: NDArray[np.int64], state: Arrays) -> tuple[NDArray[np.float32], Arrays]:
        """Return the logits [B, V] of the word that follows the words [B], and the state with them."""
        changed = self._step.run_named({WORD_INPUT: words, **state})
        logits: NDArray[np.float32] = changed.pop(LOGITS_OUTPUT)
        return logits, {**state, **{name.removeprefix(CHANGED): values for name, values in changed.items()}}
