"""From a row of field codes to one vector a field."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import torch
from torch import Tensor, nn

from rr_tools.layers.row_layout import RowLayout
from rr_tools.runtime.feature_rows import Field

LEAST_SIZE = 1e-5  # numbers are cut off here before their logarithm is taken


class FieldEmbedding(nn.Module):
    """One vector for each field of a row; a field of several values gets the mean of theirs.

    All vectors stand in one table, so that a row is looked up at once; fields that share vectors share rows of it. A
    set without a value has a vector of its own. Where the layout has item features, a linear map of them is one vector
    more, the last.

    Attributes:
        table: [rows, size] the vectors of all fields, and behind them those of the empty sets.
        n_vectors: vectors that a row is embedded as.
    """

    def __init__(
        self,
        layout: RowLayout,
        size: int,
        *,
        only: Sequence[str] = (),
        deviation: float = 0.01,
        logarithmic: bool = False,
    ) -> None:
        """Start with vectors of small normal numbers.

        Args:
            layout: of the rows.
            size: length of a vector.
            only: names of the fields to embed; all fields, and the features, where empty.
            deviation: standard deviation of the initial numbers.
            logarithmic: whether the logarithms of the numbers' sizes are read, and so their geometric mean is the mean.
        """
        super().__init__()
        self.logarithmic = logarithmic
        self.fields = tuple(field for field in layout.fields if not only or field.name in only)
        self.starts: dict[str, int] = {}
        total = 0
        for field in self.fields:
            if not field.shares:
                self.starts[field.name], total = total, total + field.size
        sets = [field.name for field in self.fields if field.width > 1]
        self.empty = {name: total + place for place, name in enumerate(sets)}
        offsets = [self.starts[field.shares or field.name] for field in self.fields for _ in range(field.width)]
        self.table = nn.Embedding(total + len(sets), size)
        nn.init.normal_(self.table.weight, std=deviation)
        self.offsets = nn.Buffer(torch.tensor(offsets), persistent=False)
        columns = layout.columns(*(field.name for field in self.fields))
        self.columns = nn.Buffer(torch.tensor(columns), persistent=False) if only else None
        self.project = None
        if layout.features is not None and not only:
            self.item_column = layout.columns("item")[0]
            self.features = nn.Buffer(torch.from_numpy(layout.features), persistent=False)
            self.project = nn.Linear(layout.features.shape[1], size)
        self.n_vectors = len(self.fields) + (self.project is not None)

    def forward(self, rows: Tensor) -> Tensor:
        """Return [R, n_vectors, size] for rows [R, W] of codes."""
        codes = rows if self.columns is None else rows[:, self.columns]
        vectors = self.table(codes + self.offsets)
        pooled = []
        for field, first in self._places():
            values = vectors[:, first : first + field.width]
            if field.width > 1:
                known = (codes[:, first : first + field.width] > 0).to(vectors.dtype).unsqueeze(2)
                counts = known.sum(dim=1, keepdim=True)
                missing = (1.0 - counts).clamp(min=0.0) * self.table.weight[self.empty[field.name]]
                values = (values * known).sum(dim=1, keepdim=True) / counts.clamp(min=1.0) + missing
            pooled.append(values)
        if self.project is not None:
            pooled.append(self.project(self.features[rows[:, self.item_column]]).unsqueeze(1))
        return torch.cat(pooled, dim=1)

    @torch.no_grad()
    def fill_unseen(self, rows: Tensor) -> None:
        """Give values that occur in none of the rows [R, W] the mean vector of the field's values that do.

        An unknown user, for one, is then an average one; the initial vector says nothing. So it is with an empty set
        where no row has one.
        """
        codes = rows if self.columns is None else rows[:, self.columns]
        seen = torch.zeros(self.table.num_embeddings, dtype=torch.bool)
        for field, first in self._places():
            values = codes[:, first : first + field.width]
            if field.width > 1:
                seen[self.empty[field.name]] = bool((values == 0).all(dim=1).any())
                values = values[values > 0]
            seen[values.flatten() + self.starts[field.shares or field.name]] = True
        for field in self.fields:
            start = self.starts[field.shares or field.name]
            of_field = torch.arange(start, start + field.size)
            known = of_field[seen[of_field]]
            if len(known) == 0:
                continue
            mean = self._mean(self.table.weight[known])
            if not field.shares:
                self.table.weight[of_field[~seen[of_field]]] = mean
            if field.width > 1 and not seen[self.empty[field.name]]:
                self.table.weight[self.empty[field.name]] = mean

    def _mean(self, vectors: Tensor) -> Tensor:
        """Average vectors [n, size] as they are read: to a logarithm, 0 is no average of opposite numbers."""
        if not self.logarithmic:
            return vectors.mean(dim=0)
        return vectors.abs().clamp(min=LEAST_SIZE).log().mean(dim=0).exp()

    def _places(self) -> Iterator[tuple[Field, int]]:
        """Yield each field and its first column."""
        first = 0
        for field in self.fields:
            yield field, first
            first += field.width
