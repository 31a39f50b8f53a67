"""One fused vector an item from its text, its picture and the company it keeps (paper, section 3.1)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from rr_vlm.errors import InputError

Features = NDArray[np.float32]


@dataclass(frozen=True, kw_only=True)
class FusionOptions:
    """How the blocks of an item vector are weighted.

    Attributes:
        text: weight of titles and categories.
        vision: weight of the picture.
        sequence: weight of co-occurrence in training sequences; unused where none are given.
        window: items apart at which two items still count as seen together, weighted by 1 / distance.
    """

    text: float = 0.5
    vision: float = 0.3
    sequence: float = 0.8
    window: int = 10

    @property
    def weights(self) -> Mapping[str, float]:
        """The weights by block."""
        return {"text": self.text, "vision": self.vision, "sequence": self.sequence}


@dataclass(frozen=True, eq=False)
class ItemFeatures:
    """Fused item vectors.

    Attributes:
        vectors: [N, width] float32, each row of length 1 (or 0 for an item of which nothing is known).
        blocks: the names of the blocks they were fused from.
    """

    vectors: Features
    blocks: tuple[str, ...] = field(default=())


def encode_items(
    texts: Sequence[str],
    *,
    width: int,
    vision: Features | None = None,
    sequences: Sequence[NDArray[Any]] | None = None,
    options: FusionOptions | None = None,
    seed: int = 0,
) -> ItemFeatures:
    """Fuse what is known of each item into one vector, the start of its item token's embedding.

    Text enters as TF-IDF weights of words reduced by SVD, pictures as principal components of their features, sequences
    as positive pointwise mutual information of items seen near each other, reduced by SVD. Each block is brought to
    rows of length 1, weighted, and the whole is rotated at random, so that no coordinate means one block alone. An
    item without interactions keeps the meaning that its text and picture give it.

    Args:
        texts: N texts, title and categories together.
        width: of the fused vectors.
        vision: [N, tokens, F] picture features, or None.
        sequences: item codes in order of time, one array a user; *training* interactions only.
        options: weights of the blocks.
        seed: of the rotation.

    Raises:
        InputError: shapes do not fit each other.

    Example:
        >>> fused = encode_items(["red shoe", "red boot", "lamp"], width=8)
        >>> fused.vectors.shape, fused.blocks
        ((3, 8), ('text',))
        >>> bool(fused.vectors[0] @ fused.vectors[1] > fused.vectors[0] @ fused.vectors[2])
        True
    """
    options = options or FusionOptions()
    n_items = len(texts)
    if n_items < 1 or width < 4:
        raise InputError("texts, width", (n_items, width), "at least one item and a width of 4 or more")
    if vision is not None and len(vision) != n_items:
        raise InputError("vision", f"{len(vision)} rows", f"one row for each of the {n_items} items")
    sources = {"text": _tf_idf(texts)}
    if vision is not None:
        sources["vision"] = _centred(vision)
    if sequences is not None:
        sources["sequence"] = _mutual_information(sequences, n_items, options.window)
    total = sum(options.weights[name] for name in sources)
    blocks, left = [], width
    for position, (name, matrix) in enumerate(sources.items()):
        share = left if position == len(sources) - 1 else max(1, int(width * options.weights[name] / total))
        left -= share
        blocks.append(options.weights[name] * _unit_rows(_reduce(matrix, share, seed)))
    fused = _unit_rows(np.concatenate(blocks, axis=1))
    rotation, _ = np.linalg.qr(np.random.default_rng(seed).normal(size=(width, width)))
    return ItemFeatures(vectors=(fused @ rotation).astype(np.float32), blocks=tuple(sources))


def _tf_idf(texts: Sequence[str]) -> torch.Tensor:
    """Return the sparse [N, words] TF-IDF weights, rows of length 1."""
    words: dict[str, int] = {}
    rows, columns = [], []
    for row, text in enumerate(texts):
        for word in "".join(c if c.isalnum() else " " for c in text.lower()).split():
            rows.append(row)
            columns.append(words.setdefault(word, len(words)))
    counts = _sparse(np.array(rows), np.array(columns), np.ones(len(rows)), (len(texts), max(1, len(words))))
    (row_of, column_of), values = counts.indices(), counts.values()
    documents = torch.bincount(column_of, minlength=counts.shape[1]).double()
    weights = values * (torch.log((1 + len(texts)) / (1 + documents)) + 1)[column_of]
    norms = torch.zeros(len(texts), dtype=torch.float64).index_add_(0, row_of, weights**2).sqrt()
    return torch.sparse_coo_tensor(counts.indices(), weights / norms[row_of], counts.shape, check_invariants=False)


def _centred(features: Features) -> torch.Tensor:
    """Return [N, F] features less the mean of the items that have a picture; the others stay zero."""
    flat = torch.from_numpy(np.ascontiguousarray(features)).flatten(1).double()
    known = flat.abs().sum(dim=1) > 0
    return torch.where(known[:, None], flat - flat[known].mean(dim=0), 0.0) if bool(known.any()) else flat


def _mutual_information(sequences: Sequence[NDArray[Any]], n_items: int, window: int) -> torch.Tensor:
    """Return sparse [N, N] positive pointwise mutual information (Levy and Goldberg, 2014)."""
    before, after, weights = [], [], []
    for sequence in sequences:
        codes = np.asarray(sequence, dtype=np.int64)
        for distance in range(1, min(window, len(codes) - 1) + 1):
            before.append(codes[:-distance])
            after.append(codes[distance:])
            weights.append(np.full(len(codes) - distance, 1 / distance))
    if not before:
        return torch.zeros(n_items, 1, dtype=torch.float64)
    left, right, near = np.concatenate(before), np.concatenate(after), np.concatenate(weights)
    pairs = (np.concatenate([left, right]), np.concatenate([right, left]), np.concatenate([near, near]))
    together = _sparse(*pairs, (n_items, n_items))
    rows, columns = together.indices()
    alone = torch.zeros(n_items, dtype=torch.float64).index_add_(0, rows, together.values())
    ratio = together.values() * together.values().sum() / (alone[rows] * alone[columns])
    return torch.sparse_coo_tensor(together.indices(), ratio.log().clamp(min=0), together.shape, check_invariants=False)


def _sparse(
    rows: NDArray[np.int64], columns: NDArray[np.int64], values: NDArray[np.float64], shape: tuple[int, int]
) -> torch.Tensor:
    indices = torch.from_numpy(np.stack([rows, columns]).astype(np.int64).reshape(2, -1))
    return torch.sparse_coo_tensor(indices, torch.from_numpy(values), shape, check_invariants=False).coalesce()


def _reduce(matrix: torch.Tensor, width: int, seed: int) -> NDArray[np.float64]:
    """Project rows on the leading `width` singular directions, each scaled by the root of its singular value."""
    rank = min(width, *matrix.shape)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        left, values, _ = torch.svd_lowrank(matrix, q=min(rank + 16, *matrix.shape), niter=4)
    kept = (left[:, :rank] * values[:rank].sqrt()).numpy()
    return np.pad(kept, ((0, 0), (0, width - rank)))


def _unit_rows(matrix: NDArray[np.float64]) -> NDArray[np.float64]:
    norms = np.linalg.norm(matrix, axis=1, keepdims=True)
    unit: NDArray[np.float64] = matrix / np.where(norms > 1e-9, norms, 1.0)
    return unit
