"""Everything that shapes a prepared dataset, checked before anything is read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Final

from rr_data.errors import OptionError, UnknownNameError
from rr_data.evidence.horizon import NORMALIZERS
from rr_data.evidence.levels import DEFAULT_THRESHOLDS, horizon_levels
from rr_data.filters import DUPLICATE_POLICIES
from rr_data.ordering import TIE_POLICIES
from rr_data.sampling.candidates import DRAWS
from rr_data.sampling.ctr_negatives import POOLS
from rr_data.splits.registry import Split, get_split, split_options

VIP5: Final = "vip5"


@dataclass(frozen=True, slots=True, kw_only=True)
class DatasetSettings:
    """The choices behind a prepared dataset; the manifest records them.

    Attributes:
        seed: draws codes, candidates, negatives, and the order within ties under `hash`.
        normalizer: of the evidence horizon, see `evidence_horizon`.
        thresholds: of the evidence horizon's levels.
        k_core: keep users and items with at least so many interactions; 0 keeps all.
        minimum_history: keep users with at least so many interactions; 0 keeps all.
        duplicates: what happens to repeated pairs of user and item: `keep`, `first` or `last`.
        ties: order among equal times: `file`, `hash`, or None for what suits the source.
        clean: whether markup and entities are taken out of titles, texts and reviews.
        split: name of the split, see `split_names`.
        split_options: values for the split's own options; a split that draws takes `seed` unless it is given its own.
        candidates: size of the stored candidate lists, target included; 0 stores none.
        candidate_draw: how negatives of candidate lists are drawn: `uniform` or `popularity`.
        ctr_negatives: negatives for each click; 0 makes no click table.
        ctr_pool: what negatives of clicks are drawn from: `catalogue`, or the `part`'s own items.
        explanations: whether explanations are extracted from the reviews, where the source brings none of its own.
        compat: `vip5` draws the explanation split as VIP5 does, and leaks as VIP5 does; None keeps one split for all.

    Raises:
        DataError: a value that cannot be used.

    Example:
        >>> DatasetSettings(k_core=5, split="time-shift", split_options={"date": "2022-08-01"}).split
        'time_shift'
    """

    seed: int = 0
    normalizer: str = "rank"
    thresholds: tuple[float, float] = DEFAULT_THRESHOLDS
    k_core: int = 0
    minimum_history: int = 0
    duplicates: str = "keep"
    ties: str | None = None
    clean: bool = True
    split: str = "leave_one_out"
    split_options: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    candidates: int = 0
    candidate_draw: str = "uniform"
    ctr_negatives: int = 0
    ctr_pool: str = "catalogue"
    explanations: bool = False
    compat: str | None = None

    def __post_init__(self) -> None:
        """Refuse what cannot be used."""
        if self.normalizer not in NORMALIZERS:
            raise UnknownNameError("normalizer", self.normalizer, NORMALIZERS)
        horizon_levels([], thresholds=self.thresholds)
        for name in ("seed", "k_core", "minimum_history", "candidates", "ctr_negatives"):
            if getattr(self, name) < 0:
                raise OptionError(name, getattr(self, name), "an integer of at least 0")
        if self.candidates == 1:
            raise OptionError("candidates", 1, "0, or at least 2: the target and something to compare it with")
        for name, allowed in (
            ("duplicates", DUPLICATE_POLICIES),
            ("ties", (None, *TIE_POLICIES)),
            ("candidate_draw", DRAWS),
            ("ctr_pool", POOLS),
            ("compat", (None, VIP5)),
        ):
            if getattr(self, name) not in allowed:
                raise OptionError(name, getattr(self, name), " or ".join(str(choice) for choice in allowed))
        object.__setattr__(self, "split", self.split.replace("-", "_"))
        seeded = {"seed": str(self.seed)} if "seed" in split_options(self.split) else {}
        object.__setattr__(self, "split_options", MappingProxyType({**seeded, **self.split_options}))
        self.make_split()

    def make_split(self) -> Split:
        """The split, with its options."""
        return get_split(self.split, self.split_options)

    def recorded(self) -> dict[str, Any]:
        """What the manifest's `options` say; seed, horizon, ties and split have places of their own there."""
        names = ("k_core", "minimum_history", "duplicates", "clean", "candidates", "candidate_draw")
        return {name: getattr(self, name) for name in (*names, "ctr_negatives", "ctr_pool", "explanations", "compat")}
