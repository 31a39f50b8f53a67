"""Tool answers that are missing or wrong, on purpose.

They teach a model to check its tools instead of obeying them.
"""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from rr_data.errors import EvidenceError, OptionError

IntArray = NDArray[np.int64]
FloatArray = NDArray[np.float64]
MISSING: Final = -1


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidenceNoise:
    """Missing and wrong tool answers at stated rates.

    Attributes:
        missing: probability that a tool's answer to a query is dropped.
        wrong: probability that it is replaced by the tool's answer to another query, drawn at random.
        seed: an integer of at least 0. A tool's draws depend on the seed and its name, not on its place.

    Raises:
        OptionError: rates that are negative or sum to more than 1.

    Example:
        >>> noise = EvidenceNoise(missing=0.0, wrong=1.0, seed=7)
        >>> noise.apply({"sasrec": np.array([[1], [2]])})["sasrec"].tolist()
        [[2], [1]]
    """

    missing: float = 0.1
    wrong: float = 0.1
    seed: int

    def __post_init__(self) -> None:
        """Check the rates and the seed."""
        if not (self.missing >= 0 and self.wrong >= 0 and self.missing + self.wrong <= 1):
            raise OptionError("missing, wrong", (self.missing, self.wrong), "rates of at least 0 with a sum up to 1")
        if self.seed < 0:
            raise OptionError("seed", self.seed, "an integer of at least 0")

    def apply(self, answers: Mapping[str, NDArray[Any]]) -> dict[str, IntArray]:
        """Disturb answers.

        Args:
            answers: [N, k] item codes by tool, best first, -1 where short. With one query only none can be wrong.

        Returns:
            The same shapes; the row of a missing answer is all -1.
        """
        return {name: self._disturb(name, answer) for name, answer in checked_answers(answers).items()}

    def apply_to_probabilities(self, probabilities: Mapping[str, NDArray[Any]]) -> dict[str, FloatArray]:
        """Disturb click probabilities; the same draws as `apply` makes for tools of these names.

        Args:
            probabilities: [N] by tool, NaN where a tool has no answer.

        Returns:
            The same shapes; a missing answer is NaN.
        """
        shown: dict[str, FloatArray] = {}
        for name, values in probabilities.items():
            missing, source = self._draw(name, len(values))
            shown[name] = np.where(missing, np.nan, np.asarray(values, dtype=np.float64)[source])
        return shown

    def _disturb(self, name: str, answer: IntArray) -> IntArray:
        missing, source = self._draw(name, len(answer))
        shown = answer[source]
        shown[missing] = MISSING
        return shown

    def _draw(self, name: str, n_queries: int) -> tuple[NDArray[np.bool_], IntArray]:
        """[N] whether the answer is dropped, and [N] the query whose answer is shown."""
        rng = np.random.default_rng([self.seed, zlib.crc32(name.encode())])
        draw = rng.random(n_queries)
        own = np.arange(n_queries)
        others = (own + rng.integers(1, max(n_queries, 2), n_queries)) % max(n_queries, 1)
        wrong = (draw >= self.missing) & (draw < self.missing + self.wrong)
        return draw < self.missing, np.where(wrong, others, own)


def checked_answers(answers: Mapping[str, NDArray[Any]]) -> dict[str, IntArray]:
    """Copies of answers.

    Raises:
        EvidenceError: one that is not [queries, items].
    """
    arrays = {name: np.array(answer, dtype=np.int64) for name, answer in answers.items()}
    for name, array in arrays.items():
        if array.ndim != 2:
            raise EvidenceError(f"answers[{name!r}]: received shape {array.shape}; expected [queries, items]")
    return arrays
