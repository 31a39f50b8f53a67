"""What stands in a row of field codes, for the networks that read it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rr_tools.errors import InvalidDataError
from rr_tools.runtime.feature_rows import Field


@dataclass(frozen=True, slots=True, eq=False)
class RowLayout:
    """The fields of a row in order, and what is known about the item beyond them.

    Attributes:
        fields: take the columns of a row from left to right; among them `user` and `item`.
        features: [n_items + 1, F] float32 features of each code of the field `item`, row 0 for the unknown item; or
            None.

    Example:
        >>> layout = RowLayout((Field("user", 5), Field("recent", 9, 3, shares="item"), Field("item", 9)), None)
        >>> layout.n_vectors, layout.columns("item"), layout.columns("user", "recent")
        (3, [4], [0, 1, 2, 3])
    """

    fields: tuple[Field, ...]
    features: NDArray[np.float32] | None

    @property
    def n_vectors(self) -> int:
        """Vectors that a row is embedded as: one a field, and one for the features."""
        return len(self.fields) + (self.features is not None)

    def columns(self, *names: str) -> list[int]:
        """Return the columns of the named fields, in the order of the row.

        Raises:
            InvalidDataError: a field is not in the row.
        """
        known = [field.name for field in self.fields]
        if missing := sorted(set(names) - set(known)):
            raise InvalidDataError(f"no field is named {', '.join(missing)}; a row has {', '.join(known)}")
        columns: list[int] = []
        first = 0
        for field in self.fields:
            if field.name in names:
                columns += range(first, first + field.width)
            first += field.width
        return columns
