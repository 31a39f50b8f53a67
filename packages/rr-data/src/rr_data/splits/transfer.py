"""Transfer: train on some domains, test on others (the paper's NineRec set-up, appendix B)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import polars as pl
from numpy.typing import NDArray

from rr_data.columns import Columns
from rr_data.errors import OptionError, UnknownNameError
from rr_data.splits.parts import CONTEXT, PARTS, TEST, TRAIN, VALIDATION
from rr_data.splits.places import places_of_users


@dataclass(frozen=True, slots=True)
class Transfer:
    """The split `transfer`.

    In the test domains each user's last interaction is for test and the earlier ones are context: a model may read
    them when it answers, but never trains on them. In all other domains interactions train, and each user's last
    validates. A user's only interaction in either is context or training: nothing leads up to it.

    Attributes:
        test_domains: names with commas between.

    Raises:
        OptionError: no names, or, when interactions are assigned, interactions without domains, or no domain left to
            train on.
        UnknownNameError: a name that is no domain, when interactions are assigned.

    Example:
        >>> rows = pl.DataFrame({"user": [0, 0, 0, 1, 1], "domain": ["Pixel", "Pixel", "Pixel", "KU", "KU"]})
        >>> Transfer(test_domains="KU").assign(rows).tolist()
        [0, 0, 1, 3, 2]
    """

    name: ClassVar[str] = "transfer"
    test_domains: str = ""

    def __post_init__(self) -> None:
        """Refuse an empty list."""
        if not self.names:
            raise OptionError("test_domains", self.test_domains, "names of domains with commas between")

    @property
    def names(self) -> tuple[str, ...]:
        """The test domains, one by one."""
        return tuple(name.strip() for name in self.test_domains.split(",") if name.strip())

    def assign(self, interactions: pl.DataFrame) -> NDArray[np.int8]:
        """The part of each interaction; see `Split.assign`."""
        domains = interactions[Columns.DOMAIN]
        self._check(domains)
        tested = domains.is_in(list(self.names)).to_numpy()
        users = interactions[Columns.USER].to_numpy()
        parts = np.where(tested, PARTS.index(CONTEXT), PARTS.index(TRAIN)).astype(np.int8)
        for chosen, part in ((tested, TEST), (~tested, VALIDATION)):
            rows = np.flatnonzero(chosen)
            places = places_of_users(users[rows])
            parts[rows[places.ends[places.lengths > 1] - 1]] = PARTS.index(part)
        return parts

    def _check(self, domains: pl.Series) -> None:
        missing = domains.null_count()
        if missing:
            raise OptionError(
                "split", self.name, f"one that needs no domains: {missing} of {len(domains)} interactions have none"
            )
        known = domains.unique().to_list()
        for name in self.names:
            if known and name not in known:
                raise UnknownNameError("domain", name, known)
        if known and set(known) <= set(self.names):
            raise OptionError("test_domains", self.test_domains, f"fewer than all of {', '.join(sorted(known))}")
