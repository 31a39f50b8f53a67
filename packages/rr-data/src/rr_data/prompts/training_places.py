"""Where each training interaction stands in its user's training sequence."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rr_data.prepared import PreparedDataset
from rr_data.prompts.sequence_views import SequenceViews
from rr_data.sequences import Sequences
from rr_data.splits.parts import PARTS, TRAIN

IntArray = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class TrainingPlaces:
    """The training part, flat: T interactions, user after user, oldest first.

    Attributes:
        sequences: every user's training items.
        users: [T] user codes.
        items: [T] item codes.
        places: [T] place in the user's training sequence, from 0.
        of_rows: [interactions] place of each training interaction, -1 for those of other parts.
    """

    sequences: Sequences
    users: IntArray
    items: IntArray
    places: IntArray
    of_rows: IntArray

    @classmethod
    def of(cls, data: PreparedDataset) -> TrainingPlaces:
        """Find the places."""
        sequences = data.sequences(until="train")
        users = np.repeat(np.arange(len(sequences)), sequences.lengths)
        places = np.arange(len(users)) - sequences.offsets[users]
        of_rows = np.full(data.interactions.height, -1, dtype=np.int64)
        of_rows[data.parts == PARTS.index(TRAIN)] = places
        return cls(sequences, users, sequences.items.astype(np.int64), places, of_rows)

    def before(self, users: IntArray, places: IntArray) -> SequenceViews:
        """Each user's training items before a place; all of them for a place of -1."""
        starts = self.sequences.offsets[users]
        whole = self.sequences.lengths[users]
        return SequenceViews(self.items, starts, starts + np.where(places < 0, whole, np.minimum(places, whole)))

    def first_times(self, data: PreparedDataset) -> IntArray:
        """[M] which of the T interactions are the first of their user with their item, ascending."""
        return np.flatnonzero(self.first_of_pairs(data, self.users, self.items) == self.places)

    def first_of_pairs(self, data: PreparedDataset, users: IntArray, items: IntArray) -> IntArray:
        """[N] the first place of each pair of user and item, -1 where the pair is not in the training part."""
        keys = self.users * data.n_items + self.items
        known, first = np.unique(keys, return_index=True)
        asked = users * data.n_items + items
        if not len(known):
            return np.full(len(asked), -1, dtype=np.int64)
        at = np.minimum(np.searchsorted(known, asked), len(known) - 1)
        return np.where(known[at] == asked, self.places[first[at]], -1).astype(np.int64)
