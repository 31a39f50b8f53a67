"""What the observer sees, for anyone: h = encoder(picture, text, history) (paper, section 3.1)."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from rr_data.interfaces import Part, PreparedDataset
from rr_vlm.errors import ArtifactError, InputError
from rr_vlm.observer.item_encoder import encode_items
from rr_vlm.observer.vision_features import Progress, vision_features

if TYPE_CHECKING:
    from rr_vlm.reasoner import VlmReasoner

Features = NDArray[np.float32]
PARTS = ("items", "users", "text", "vision")


@dataclass(frozen=True, eq=False, kw_only=True)
class Observation:
    """Vectors of items and users.

    Attributes:
        item_ids: N ids.
        items: [N, width] fused item vectors.
        user_ids: U ids.
        users: [U, width] what is seen of each user after the history.
        text: [N, width] vectors of titles and categories alone.
        vision: [N, F] picture features, or None.
    """

    item_ids: Sequence[str]
    items: Features
    user_ids: Sequence[str]
    users: Features
    text: Features
    vision: Features | None = None

    def save(self, file: str | Path) -> None:
        """Write everything to a NumPy archive (`.npz`), whole or not at all; ids are arrays of strings."""
        file = Path(file)
        arrays: dict[str, Any] = {name: getattr(self, name) for name in PARTS if getattr(self, name) is not None}
        arrays |= {"item_ids": np.array(self.item_ids, dtype=str), "user_ids": np.array(self.user_ids, dtype=str)}
        partial = file.with_name(f".{file.name}.{os.getpid()}")
        try:
            with partial.open("wb") as stream:
                np.savez(stream, **arrays)
            partial.replace(file)
        except OSError as error:
            partial.unlink(missing_ok=True)
            allowed = f"a file in a folder that can be written ({error.strerror})"
            raise InputError("file", str(file), allowed) from error

    @classmethod
    def load(cls, file: str | Path) -> Observation:
        """Read what `save` wrote.

        Raises:
            ArtifactError: the file is missing or something else.
        """
        try:
            with np.load(file, allow_pickle=False) as archive:
                ids = {name: archive[name].tolist() for name in ("item_ids", "user_ids")}
                return cls(**ids, **{name: archive[name] for name in PARTS if name in archive})
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise ArtifactError(f"{file} is not an observation: write one with `rr-vlm observe`") from error


def observe(
    data: PreparedDataset,
    *,
    reasoner: VlmReasoner | None = None,
    part: Part = "test",
    width: int = 128,
    cache: str | Path | None = None,
    progress: Progress | None = None,
) -> Observation:
    """Observe the items and users of a prepared dataset.

    Without a reasoner nothing is trained: items are fused from text, picture and the company they keep in the training
    sequences (`encode_items`), and a user is the mean of the history's vectors, the last item's weight being 1 and each
    earlier one's 0.9 of the next. With a reasoner items are its item embeddings, and a user is its hidden state where
    it decides.

    Args:
        data: the prepared dataset.
        reasoner: tuned on it, or None.
        part: which part's histories users are seen after, see `PreparedDataset.sequences`.
        width: of the vectors; that of a reasoner is its own.
        cache: folder of picture features.
        progress: called with (pictures done, pictures in all).

    Raises:
        InputError: the reasoner knows another number of items.
        MissingExtraError: there are pictures and the extra `embedded` is not installed.
    """
    if reasoner is not None and reasoner.n_items != data.n_items:
        raise InputError("reasoner", f"{reasoner.n_items} items", f"one of this dataset, {data.n_items} items")
    categories = [names or [] for names in data.items["categories"].to_list()]
    titles = data.items["title"].fill_null("").to_list()
    texts = [f"{title} {' '.join(names)}" for title, names in zip(titles, categories, strict=True)]
    paths = data.image_paths()
    vision = None
    if any(path is not None for path in paths):
        vision = vision_features(paths, cache=cache, progress=progress)
    histories = [np.asarray(history, dtype=np.int64) for history in data.sequences(part)]
    if reasoner is None:
        items = encode_items(texts, width=width, vision=vision, sequences=data.sequences()).vectors
        users = mean_of_history(items, histories)
    else:
        items = reasoner.item_vectors
        users = reasoner.represent(histories, data.evidence_horizon().normalized)
    return Observation(
        item_ids=[str(name) for name in data.items["item_id"].to_list()],
        items=items,
        user_ids=[str(name) for name in data.users["user_id"].to_list()],
        users=users,
        text=encode_items(texts, width=items.shape[1]).vectors,
        vision=None if vision is None else vision.mean(axis=1),
    )


def mean_of_history(items: Features, histories: Sequence[NDArray[np.int64]], *, decay: float = 0.9) -> Features:
    """Return [U, width] means of the histories' vectors, recent items weighing more; zero for an empty history.

    Example:
        >>> items, histories = np.eye(2, dtype=np.float32), [np.array([0, 1]), np.array([], dtype=int)]
        >>> mean_of_history(items, histories, decay=0.5).tolist()
        [[0.3333333432674408, 0.6666666865348816], [0.0, 0.0]]
    """
    users = np.zeros((len(histories), items.shape[1]), dtype=np.float32)
    for row, history in enumerate(histories):
        if len(history):
            weights = decay ** np.arange(len(history))[::-1]
            users[row] = weights @ items[history] / weights.sum()
    return users
