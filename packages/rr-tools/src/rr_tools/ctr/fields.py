"""The fields of a row: which codes users and items have, all of it counted in the training part."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rr_tools.ctr.click_table import ClickTable
from rr_tools.ctr.data import CtrData
from rr_tools.ctr.mid_ranks import mid_ranks
from rr_tools.item_attributes import ItemAttributes
from rr_tools.item_features import standardized
from rr_tools.layers.row_layout import RowLayout
from rr_tools.runtime.feature_rows import BUCKETS, LENGTHS, FeatureRows, Field, buckets
from rr_tools.runtime.queries import Histories

IntArray = NDArray[np.int64]
USER, USER_EVIDENCE, LENGTH, POPULARITY = "user", "user_evidence", "history_length", "history_popularity"
RECENT, ITEM, ITEM_EVIDENCE, YEAR, CATEGORIES = "recent", "item", "item_evidence", "year", "categories"
NAMES = (USER, USER_EVIDENCE, LENGTH, POPULARITY, RECENT, ITEM, ITEM_EVIDENCE, YEAR, CATEGORIES)


@dataclass(frozen=True, slots=True, eq=False)
class Fields:
    """What makes rows, and what the networks must know of them."""

    rows: FeatureRows
    layout: RowLayout

    @classmethod
    def of(cls, data: CtrData, *, recent: int) -> Fields:
        """Lay out the fields that the data allow.

        | field | values |
        |---|---|
        | `user`, `item` | the codes |
        | `user_evidence`, `item_evidence` | tenth of the evidence horizon |
        | `history_length` | how long the history is, in powers of two |
        | `history_popularity` | tenth of the mean popularity of its items |
        | `recent` | its last items, with the vectors of `item` |
        | `year` | tenth of the items' years; where a year is known |
        | `categories` | the item's attributes; where there are any |

        Args:
            data: sequences and all that is known about users and items.
            recent: how many items `recent` holds.
        """
        codes = np.arange(1, data.n_items + 1)
        item_evidence = _evidence(data.popularity) if data.item_evidence is None else data.item_evidence
        user_evidence = _evidence(np.diff(data.offsets)) if data.user_evidence is None else data.user_evidence
        users = np.column_stack([np.arange(1, data.n_users + 1), buckets(user_evidence)])
        items = [codes[:, None], buckets(item_evidence)[:, None]]
        fields = [
            Field(USER, data.n_users + 1),
            Field(USER_EVIDENCE, BUCKETS + 1),
            Field(LENGTH, len(LENGTHS) + 1),
            Field(POPULARITY, BUCKETS + 1),
            Field(RECENT, data.n_items + 1, recent, shares=ITEM),
            Field(ITEM, data.n_items + 1),
            Field(ITEM_EVIDENCE, BUCKETS + 1),
        ]
        if data.years is not None and (data.years > 0).any():
            fields.append(Field(YEAR, BUCKETS + 1))
            items.append(_year_codes(data.years)[:, None])
        if data.attributes is not None and data.attributes.n_attributes:
            table = _attribute_codes(data.attributes)
            fields.append(Field(CATEGORIES, data.attributes.n_attributes + 1, table.shape[1]))
            items.append(table)
        rows = FeatureRows(
            users=_below_unknown(users),
            items=_below_unknown(np.concatenate(items, axis=1)),
            popularity=1.0 - np.nan_to_num(item_evidence, nan=1.0),
            recent=recent,
        )
        features = None if data.features is None else standardized(data.features)
        known = None if features is None else np.concatenate([np.zeros_like(features[:1]), features])
        return cls(rows, RowLayout(tuple(fields), known))

    def rows_of(self, data: CtrData, clicks: ClickTable) -> NDArray[np.int32]:
        """Return [R, W] the rows of a click table; int32, which halves the memory."""
        # A click and its negatives read the same history, so that is described once.
        keys = clicks.users * (len(data.items) + 1) + clicks.history_lengths
        _, first, group = np.unique(keys, return_index=True, return_inverse=True)
        users, lengths = clicks.users[first], clicks.history_lengths[first]
        contexts = self.rows.contexts(users, _prefixes(data, users, lengths)).astype(np.int32)
        items = self.rows.items[clicks.items + 1].astype(np.int32)
        return np.concatenate([contexts[group], items], axis=1)


def _prefixes(data: CtrData, users: IntArray, lengths: IntArray) -> Histories:
    """Return the first items of each user's sequence."""
    offsets = np.concatenate([[0], np.cumsum(lengths)])
    places = np.arange(offsets[-1]) - np.repeat(offsets[:-1] - data.offsets[users], lengths)
    return Histories(items=data.items[places], offsets=offsets)


def _evidence(counts: IntArray) -> NDArray[np.float64]:
    """Return 1 - the share of those with fewer and half of those with as many."""
    return 1.0 - (mid_ranks(counts) - 0.5) / len(counts)


def _year_codes(years: IntArray) -> IntArray:
    """Return the tenth of the known years that each one lies in, from 1 on; 0 where it is unknown."""
    bounds = np.unique(np.quantile(years[years > 0], np.arange(1, BUCKETS) / BUCKETS))
    return np.where(years > 0, np.searchsorted(bounds, years, side="right") + 1, 0)


def _attribute_codes(attributes: ItemAttributes) -> IntArray:
    """Return [n_items, most attributes of an item] attribute code + 1, 0 behind."""
    counts = np.diff(attributes.offsets)
    table = np.zeros((attributes.n_items, counts.max()), dtype=np.int64)
    within = np.arange(len(attributes.codes)) - np.repeat(attributes.offsets[:-1], counts)
    table[np.repeat(np.arange(attributes.n_items), counts), within] = attributes.codes + 1
    return table


def _below_unknown(codes: IntArray) -> IntArray:
    """Put a row of zeros, the unknown, in front."""
    return np.concatenate([np.zeros_like(codes[:1]), codes])
