"""Layers in which the fields of a row act on each other."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from rr_tools.layers.embeddings import LEAST_SIZE


class CrossNetwork(nn.Module):
    """Explicit crosses of bounded degree: x_(l+1) = x_0 * (W_l x_l + b_l) + x_l (Wang et al. 2021, equation 1)."""

    def __init__(self, size: int, layers: int) -> None:
        """Cross vectors of `size` numbers `layers` times."""
        super().__init__()
        self.layers = nn.ModuleList(nn.Linear(size, size) for _ in range(layers))

    def forward(self, start: Tensor) -> Tensor:
        """Map [R, size] to [R, size]."""
        crossed = start
        for layer in self.layers:
            crossed = start * layer(crossed) + crossed
        return crossed


class PairwiseProducts(nn.Module):
    """The dot product of each pair of fields (Naumov et al. 2019, section 2.1)."""

    def __init__(self, n_fields: int) -> None:
        """List the pairs of `n_fields` fields."""
        super().__init__()
        pairs = torch.triu_indices(n_fields, n_fields, offset=1)
        self.places = nn.Buffer(pairs[0] * n_fields + pairs[1], persistent=False)

    @property
    def size(self) -> int:
        """Number of pairs."""
        return len(self.places)

    def forward(self, vectors: Tensor) -> Tensor:
        """Map [R, F, d] to [R, F (F - 1) / 2]."""
        products = vectors @ vectors.transpose(1, 2)
        return products.flatten(start_dim=1)[:, self.places]


class CompressedInteraction(nn.Module):
    """The compressed interaction network (Lian et al. 2018, equations 6 to 8).

    A layer makes each of its maps as a weighted sum of the products, number by number, of every vector of the layer
    before with every field: the degree rises by one a layer. All maps of all layers are summed over their numbers.
    """

    def __init__(self, n_fields: int, *, maps: int, layers: int) -> None:
        """Make `layers` layers of `maps` maps."""
        super().__init__()
        widths = [n_fields, *[maps] * (layers - 1)]
        self.layers = nn.ModuleList(nn.Linear(width * n_fields, maps) for width in widths)
        self.size = maps * layers

    def forward(self, vectors: Tensor) -> Tensor:
        """Map [R, F, d] to [R, maps * layers]."""
        numbers = vectors.transpose(1, 2).contiguous()  # the layers then read the products where they lie
        pooled, hidden = [], numbers
        for layer in self.layers:
            hidden = layer((hidden.unsqueeze(3) * numbers.unsqueeze(2)).flatten(start_dim=2))
            pooled.append(hidden.sum(dim=1))
        return torch.cat(pooled, dim=1)


class LogarithmicNeurons(nn.Module):
    """Crosses whose order is learned: exp(sum_f w_jf ln |v_f|), number by number (Cheng et al. 2020, equation 5).

    Logarithms and neurons are normalised over the batch, as its section 3.2 has it.
    """

    def __init__(self, n_fields: int, neurons: int) -> None:
        """Make `neurons` neurons over `n_fields` fields."""
        super().__init__()
        self.before, self.after = nn.BatchNorm1d(n_fields), nn.BatchNorm1d(neurons)
        self.orders = nn.Linear(n_fields, neurons, bias=False)

    def forward(self, vectors: Tensor) -> Tensor:
        """Map [R, F, d] to [R, neurons, d]."""
        logarithms = self.before(vectors.abs().clamp(min=LEAST_SIZE).log())
        crosses: Tensor = self.after(self.orders(logarithms.transpose(1, 2)).transpose(1, 2).exp())
        return crosses


class MaskBlock(nn.Module):
    """An instance-guided mask, a linear layer, a layer norm and ReLU (Wang et al. 2021b, equations 5, 8 and 9).

    The mask is computed by two layers from the embedding of the whole row, and multiplied into what comes in.
    """

    def __init__(self, row_size: int, size: int, output_size: int, *, reduction: float, dropout: float) -> None:
        """Mask inputs of `size` numbers by rows of `row_size`.

        Args:
            row_size: of the row's embedding.
            size: of what comes in.
            output_size: of what goes out.
            reduction: size of the mask's hidden layer over `size`.
            dropout: share of the output that training drops.
        """
        super().__init__()
        aggregated = max(1, round(reduction * size))
        self.mask = nn.Sequential(nn.Linear(row_size, aggregated), nn.ReLU(), nn.Linear(aggregated, size))
        self.hidden = nn.Sequential(
            nn.Linear(size, output_size, bias=False), nn.LayerNorm(output_size), nn.ReLU(), nn.Dropout(dropout)
        )

    def forward(self, row: Tensor, values: Tensor) -> Tensor:
        """Map the row's embedding [R, row_size] and inputs [R, size] to [R, output_size]."""
        output: Tensor = self.hidden(self.mask(row) * values)
        return output


class BilinearFusion(nn.Module):
    """Two streams fused: b + w_1 . o_1 + w_2 . o_2 + sum over heads of o_1h W_h o_2h (Mao et al. 2023, equation 11)."""

    def __init__(self, first_size: int, second_size: int, *, heads: int) -> None:
        """Split both streams into `heads` parts."""
        super().__init__()
        self.heads = heads
        self.first, self.second = nn.Linear(first_size, 1), nn.Linear(second_size, 1, bias=False)
        self.between = nn.Parameter(torch.empty(heads, first_size // heads, second_size // heads))
        nn.init.xavier_normal_(self.between)

    def forward(self, first: Tensor, second: Tensor) -> Tensor:
        """Map [R, first_size] and [R, second_size] to [R]."""
        first_heads, second_heads = (
            stream.view(stream.size(0), self.heads, -1).transpose(0, 1) for stream in (first, second)
        )
        crossed = ((first_heads @ self.between) * second_heads).sum(dim=(0, 2))
        fused: Tensor = (self.first(first) + self.second(second)).squeeze(1) + crossed
        return fused
