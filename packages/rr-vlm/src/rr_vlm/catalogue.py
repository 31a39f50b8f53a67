"""What the model knows of the items, and how prompts are written: the part of a reasoner that is not weights."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from rr_vlm.errors import InputError


@dataclass(frozen=True, kw_only=True, eq=False)
class Catalogue:
    """The items, by code.

    Attributes:
        titles: N titles.
        categories: N lists of categories.
        pictures: [N, tokens, F] cached picture features (`rr_vlm.vision_features`), or None.
        vectors: [N, width] fused item vectors (`rr_vlm.encode_items`) from which item embeddings start, or None for
            random ones.
    """

    titles: Sequence[str]
    categories: Sequence[Sequence[str]]
    pictures: NDArray[np.float32] | None = None
    vectors: NDArray[np.float32] | None = None

    def __post_init__(self) -> None:
        """Check that everything describes the same items."""
        sizes = {"titles": len(self.titles), "categories": len(self.categories)}
        sizes |= {name: len(array) for name in ("pictures", "vectors") if (array := getattr(self, name)) is not None}
        if len(set(sizes.values())) > 1 or not len(self.titles):
            raise InputError("catalogue", sizes, "one entry for each item, and at least one item")

    def __len__(self) -> int:
        """Return N."""
        return len(self.titles)


@dataclass(frozen=True, kw_only=True)
class PromptOptions:
    """How a query is written; it must be how the tuning rows were written.

    Attributes:
        history_length: most recent items that are written.
        pictures: how many of these are followed by their picture.
        answers_shown: items of each tool's answer.
        template: index of the wording used for answering.
        wordings: by task, a wording to use instead of the template; the fields are those of rr_data's templates.
    """

    history_length: int = 30
    pictures: int = 3
    answers_shown: int = 10
    template: int = 0
    wordings: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Check ranges."""
        if self.history_length < 1 or self.pictures < 0 or self.answers_shown < 1 or self.template < 0:
            allowed = "history_length and answers_shown of 1 or more, pictures and template of 0 or more"
            raise InputError("prompt options", self, allowed)
