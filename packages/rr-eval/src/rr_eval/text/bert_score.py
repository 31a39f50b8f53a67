"""BERTScore (Zhang et al., 2020) over token vectors of any model."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from rr_eval.errors import InvalidArgumentError


def bert_score(texts: Sequence[ArrayLike], references: Sequence[ArrayLike]) -> NDArray[np.float64]:
    """Return [N] F measures: each token meets the most similar one of the other text; the mean is the score.

    The model is the caller's, so nothing is downloaded here: give the vectors that it has for the tokens, special ones
    left out. Without the weights by rarity and without the rescaling of the paper. 0 where a text has no token.

    Args:
        texts: N arrays [T, d], a vector for each token written.
        references: N arrays [R, d], a vector for each token a person wrote.

    Raises:
        InvalidArgumentError: not as many references as texts, or vectors that do not fit each other.

    Example:
        >>> bert_score([[[1, 0], [0, 1]]], [[[2, 0]]]).round(3).tolist()
        [0.667]
    """
    if len(texts) != len(references):
        raise InvalidArgumentError("references", f"{len(references)}", f"{len(texts)}, one for each text")
    return np.array([_f_measure(_unit(text), _unit(other)) for text, other in zip(texts, references, strict=True)])


def _f_measure(text: NDArray[np.float64], reference: NDArray[np.float64]) -> float:
    if not len(text) or not len(reference):
        return 0.0
    if text.shape[1] != reference.shape[1]:
        raise InvalidArgumentError("references", f"vectors of {reference.shape[1]}", f"of {text.shape[1]} numbers")
    alike = text @ reference.T
    precision, recall = alike.max(axis=1).mean(), alike.max(axis=0).mean()
    return float(2 * precision * recall / (precision + recall)) if precision + recall != 0 else 0.0


def _unit(vectors: ArrayLike) -> NDArray[np.float64]:
    array = np.asarray(vectors, dtype=np.float64)
    if array.ndim != 2 and array.size:
        raise InvalidArgumentError("texts", f"vectors of shape {array.shape}", "shape [tokens, d]")
    lengths = np.linalg.norm(array, axis=-1, keepdims=True)
    return np.divide(array, lengths, out=np.zeros_like(array), where=lengths > 0)
