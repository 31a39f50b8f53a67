"""What an explaining network reads and writes, as codes. Training and serving make them with the same code."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rr_tools.errors import ArtifactError, InvalidDataError
from rr_tools.runtime.vocabulary import PAD, Vocabulary

IntArray = NDArray[np.int64]
UNKNOWN = 0  # code of a user, an item or a rating that is not known
CONTEXT = ("user", "item", "rating", "feature")


@dataclass(frozen=True, slots=True, eq=False)
class ExplanationInputs:
    """Makes the context [B, 4] of B texts: codes of user, item, rating and feature.

    Attributes:
        vocabulary: the words.
        n_users: user codes are 0..n_users-1; a context holds the code plus one, 0 where the user is unknown.
        n_items: likewise for items.
        ratings: rising levels; a context holds the place of the nearest one plus one, 0 where the rating is unknown.
        longest: words of a text at most, signs included.
    """

    vocabulary: Vocabulary
    n_users: int
    n_items: int
    ratings: tuple[float, ...]
    longest: int

    def context(
        self,
        users: NDArray[Any] | Sequence[Any],
        items: NDArray[Any] | Sequence[Any],
        ratings: NDArray[Any] | Sequence[float] | None = None,
        features: Sequence[str | None] | None = None,
    ) -> IntArray:
        """Return [B, 4] codes.

        Args:
            users: [B] user codes; what is no known code is an unknown user.
            items: [B] item codes, likewise.
            ratings: [B] numbers, NaN where unknown; None knows none.
            features: [B] what the text is to speak of; None knows none.

        Raises:
            InvalidDataError: the lengths differ.
        """
        size = len(users)
        given = {"items": items, "ratings": ratings, "features": features}
        for name, values in given.items():
            if values is not None and len(values) != size:
                raise InvalidDataError(f"{name} has {len(values)} entries for {size} users")
        context = np.zeros((size, len(CONTEXT)), dtype=np.int64)
        context[:, 0] = _known(users, self.n_users)
        context[:, 1] = _known(items, self.n_items)
        if ratings is not None:
            context[:, 2] = self._rating_codes(np.asarray(ratings, dtype=np.float64))
        if features is not None:
            context[:, 3] = [self.vocabulary.first_known(feature) if feature else PAD for feature in features]
        return context

    def to_json(self) -> bytes:
        """Return the content of the artifact's `vocabulary.json`."""
        content = {
            "words": self.vocabulary.words,
            "n_users": self.n_users,
            "n_items": self.n_items,
            "ratings": self.ratings,
            "longest": self.longest,
        }
        return (json.dumps(content, ensure_ascii=False) + "\n").encode()

    @classmethod
    def from_json(cls, content: bytes) -> ExplanationInputs:
        """Read an artifact's `vocabulary.json`.

        Raises:
            ArtifactError: it is not what `to_json` makes.
        """
        try:
            read = json.loads(content)
            return cls(
                vocabulary=Vocabulary(tuple(read["words"])),
                n_users=int(read["n_users"]),
                n_items=int(read["n_items"]),
                ratings=tuple(map(float, read["ratings"])),
                longest=int(read["longest"]),
            )
        except (ValueError, KeyError, TypeError, InvalidDataError) as error:
            raise ArtifactError(f"the vocabulary of the artifact cannot be read ({error}); train it again") from error

    def _rating_codes(self, ratings: NDArray[np.float64]) -> IntArray:
        known = np.isfinite(ratings)
        if not self.ratings:
            return np.full(len(ratings), UNKNOWN)
        distances = np.abs(np.where(known, ratings, 0.0)[:, None] - np.array(self.ratings))
        return np.where(known, distances.argmin(axis=1) + 1, UNKNOWN)


def _known(codes: NDArray[Any] | Sequence[Any], size: int) -> IntArray:
    """Return code + 1, and 0 for all that is no known code."""
    array = np.asarray(codes)
    if array.dtype.kind not in "iu":
        return np.full(len(array), UNKNOWN)
    return np.where((array >= 0) & (array < size), array, -1).astype(np.int64) + 1
