"""What a click-through model trains on: sequences, clicks, and what is known about users and items."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any, Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from rr_tools.ctr.click_table import PART_CODES, TRAIN, VALIDATION, ClickTable
from rr_tools.ctr.drawn_clicks import drawn_clicks, history_lengths
from rr_tools.errors import InvalidDataError
from rr_tools.training_data import PreparedLike, TrainingData, read_prepared


class PreparedClicks(PreparedLike, Protocol):
    """The part of `rr_data.interfaces.PreparedDataset` that click-through models read beyond the sequences."""

    @property
    def ctr(self) -> Any:
        """Table of `user`, `item`, `label`, `part`, each click followed by its negatives; or None."""
        ...

    @property
    def interactions(self) -> Any:
        """Table of `user`, `item`, sorted by user, then time."""
        ...

    @property
    def parts(self) -> NDArray[Any]:
        """[N] the part of each interaction: 0 train, 1 validation, 2 test, 3 context."""
        ...

    @property
    def users(self) -> Any:
        """Table of the users with a column `eh`."""
        ...


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class CtrData(TrainingData):
    """`TrainingData` with clicks and with more about users and items, all optional.

    Attributes:
        clicks: rows of all parts; None has them drawn from the sequences.
        years: [n_items] int64 year of each item, 0 where unknown; None where nothing is known.
        user_evidence: [U] evidence horizon of each user, from 0, as much known as of anybody, to 1; None has it taken
            from the rank of the counts.
        item_evidence: [n_items] likewise for the items.

    Example:
        >>> data = CtrData(items=[3, 1, 2], offsets=[0, 2, 3], n_items=4)
        >>> data.clicks_or_drawn(negatives=1, seed=0).labels.tolist()
        [1, 0, 1, 0, 1, 0]
    """

    clicks: ClickTable | None = None
    years: NDArray[np.int64] | None = None
    user_evidence: NDArray[np.float64] | None = None
    item_evidence: NDArray[np.float64] | None = None

    def __post_init__(self) -> None:
        """Check shapes and ranges.

        Raises:
            InvalidDataError: naming the field, what it held and what it may hold.
        """
        TrainingData.__post_init__(self)  # zero-argument super() does not survive slots
        for name, length in (("years", self.n_items), ("user_evidence", self.n_users), ("item_evidence", self.n_items)):
            values = getattr(self, name)
            if values is not None and np.shape(values) != (length,):
                raise InvalidDataError(f"{name} has shape {np.shape(values)}; it must be ({length},)")
        if self.clicks is not None:
            self._check_clicks(self.clicks)

    @classmethod
    def from_prepared(
        cls, prepared: PreparedLike | str | Path, until: Literal["train", "validation"] = "train"
    ) -> CtrData:
        """Read a prepared dataset, given open or by its folder; see `TrainingData.from_prepared`.

        Its click table is read where it has one (`rr-data prepare --ctr-negatives 4`); otherwise clicks are drawn when
        a model is trained.
        """
        if isinstance(prepared, str | Path):
            return read_prepared(prepared, lambda opened: cls.from_prepared(opened, until))
        opened: Any = prepared  # a PreparedClicks
        data = cls.of(TrainingData.from_prepared(opened, until))
        return replace(
            data,
            clicks=None if opened.ctr is None else _clicks(opened, until),
            years=opened.items["year"].fill_null(0).to_numpy().astype(np.int64),
            user_evidence=opened.users["eh"].to_numpy(),
            item_evidence=opened.items["eh"].to_numpy(),
        )

    @classmethod
    def of(cls, data: TrainingData) -> CtrData:
        """Return `data` itself where it is a `CtrData`, and one that knows no more than it otherwise."""
        if isinstance(data, cls):
            return data
        return cls(**{field.name: getattr(data, field.name) for field in fields(TrainingData)})

    def clicks_or_drawn(self, *, negatives: int, seed: int) -> ClickTable:
        """Return the clicks, drawn with `negatives` for each where there are none."""
        if self.clicks is not None:
            return self.clicks
        return drawn_clicks(self, negatives=negatives, rng=np.random.default_rng(seed))

    def fingerprint(self) -> str:
        """Return a SHA-256 over everything that training reads."""
        digest = hashlib.sha256(TrainingData.fingerprint(self).encode())
        clicks = self.clicks
        columns = () if clicks is None else (clicks.users, clicks.items, clicks.labels, clicks.parts)
        lengths = () if clicks is None else (clicks.history_lengths,)
        for array in (self.years, self.user_evidence, self.item_evidence, *columns, *lengths):
            digest.update(b"none" if array is None else np.ascontiguousarray(array).tobytes())
        return digest.hexdigest()

    def _check_clicks(self, clicks: ClickTable) -> None:
        for name, codes, size in (("users", clicks.users, self.n_users), ("items", clicks.items, self.n_items)):
            if len(codes) and not (codes.min() >= 0 and codes.max() < size):
                raise InvalidDataError(
                    f"{name} of the clicks lie in {codes.min()}..{codes.max()}; allowed: 0..{size - 1}"
                )
        if not (clicks.parts == TRAIN).any():
            raise InvalidDataError("the clicks have no training rows (part 0)")
        longest = np.diff(self.offsets)[clicks.users]
        if not ((clicks.history_lengths >= 0) & (clicks.history_lengths <= longest)).all():
            raise InvalidDataError("a click reads more history than its user has training items")


def _clicks(prepared: PreparedClicks, until: Literal["train", "validation"]) -> ClickTable:
    table, rows = prepared.ctr, prepared.interactions
    parts = table["part"].replace_strict(PART_CODES).to_numpy().astype(np.int64)
    users, items = (table[name].to_numpy().astype(np.int64) for name in ("user", "item"))
    # What the sequences hold, in their order, is what the lengths count; see PreparedDataset.sequences.
    shown = [0] if until == "train" else [0, 1, 3]
    lengths = history_lengths(
        users,
        items,
        all_users=rows["user"].to_numpy().astype(np.int64),
        all_items=rows["item"].to_numpy().astype(np.int64),
        trained=np.isin(prepared.parts, shown),
        n_items=prepared.n_items,
    )
    if until == "validation":
        parts = np.where(parts == VALIDATION, TRAIN, parts)
    return ClickTable(users, items, table["label"].to_numpy(), parts, lengths)
