"""What the reasoner reads when it explains: the item's title and text, and what user and others wrote in training."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from recipes.bench.explanation_data import explanation_data, json_lines
from rr_data.interfaces import PreparedDataset, PromptTemplate, TaskQueries, question_rows
from rr_data.prompts.sequence_views import SequenceViews
from rr_tools import ExplanationData
from rr_tools.runtime.vocabulary import words_of
from rr_vlm import Catalogue, encode_items

WORDING = PromptTemplate("explanation", 0, "Say in one sentence why {user} gives {star_rating} stars to {item}.")
QUOTED = 3  # texts of the user, and of others about the item
SUMMARY_WORDS = 40
UNKNOWN_STARS = 5


@dataclass(frozen=True, slots=True, eq=False)
class Explained:
    """R explanations with what may be read.

    Attributes:
        data: who wrote what about which item.
        titles: of each item code.
        stars: [R] 1 to 5.
        notes: R texts: item and user in words, nothing of the row's own text.
    """

    data: ExplanationData
    titles: Sequence[str]
    stars: NDArray[np.int64]
    notes: Sequence[str]

    @classmethod
    def read(cls, path: Path, *, split_seed: int) -> Explained:
        """Read a prepared dataset or JSON lines, see `explanation_data`."""
        data = explanation_data(path, split_seed=split_seed)
        known = np.nan_to_num(np.asarray(data.ratings), nan=UNKNOWN_STARS)
        stars = np.clip(np.floor(known + 0.5), 1, 5).astype(np.int64)
        if path.is_dir():
            titles = PreparedDataset.open(path).items["title"].fill_null("").to_list()
            return cls(data, titles, stars, quotations(data, titles))
        rows = json_lines(path)
        titles = [""] * data.n_items
        for row, item in zip(rows, data.items.tolist(), strict=True):
            titles[item] = row["title"]
        return cls(data, titles, stars, [_summaries(row) for row in rows])

    def rows(self, places: NDArray[np.int64], *, longest: int) -> Sequence[dict[str, Any]]:
        """Return tuning rows, their texts cut after so many words."""
        no_history = np.zeros(len(places), dtype=np.int64)
        queries = TaskQueries(
            task="explanation",
            ids=pl.Series([str(place) for place in places]),
            users=self.data.users[places],
            histories=SequenceViews(places, no_history, no_history),
            items=self.data.items[places],
            targets=self.data.items[places],
            star_ratings=self.stars[places],
            sentences=pl.Series([first_words(self.data.texts[place], longest) for place in places]),
        )
        nobody = np.zeros(len(places))
        return question_rows(
            queries,
            evidence_horizon=nobody,
            eh_levels=nobody.astype(np.int64),
            categories=[[]] * self.data.n_items,
            seed=0,
            notes=[self.notes[place] for place in places],
            pictures=0,
            wordings=[WORDING],
        )

    def catalogue(self, width: int) -> Catalogue:
        """Describe the items; their tokens start from their titles."""
        vectors = encode_items(self.titles, width=width).vectors
        return Catalogue(titles=self.titles, categories=[[]] * self.data.n_items, vectors=vectors)


def quotations(data: ExplanationData, titles: Sequence[str]) -> list[str]:
    """Tell of each row its item's title and the last training texts of its user and, by others, of its item.

    They stand in quotation marks, the newest first, so that one can be told from the next. A row's own text is never
    told, nor is one of the validation or test part.
    """
    trained = data.rows("train")
    notes = []
    for row, (user, item) in enumerate(zip(data.users.tolist(), data.items.tolist(), strict=True)):
        others = trained[trained != row]
        own, same = data.users[others] == user, data.items[others] == item
        told = [f"The item: {titles[item]}."]
        for words, chosen in (("The user wrote before", own), ("Others wrote of it", same & ~own)):
            texts = [f'"{data.texts[place]}"' for place in others[chosen][::-1][:QUOTED]]
            told += [f"{words}: {' '.join(texts)}"] if texts else []
        notes.append(" ".join(told))
    return notes


def first_words(text: str, most: int) -> str:
    """Cut a text after so many words, signs included, in its own spelling.

    Example:
        >>> first_words("Didn't fit, sadly!", 3)
        "Didn't fit,"
    """
    kept: list[str] = []
    for word in text.split():
        room = most - len(words_of(" ".join(kept)))
        if len(words_of(word)) > room:
            break
        kept.append(word)
    return " ".join(kept)


def _summaries(row: dict[str, str]) -> str:
    parts = [" ".join(row[name].split()[:SUMMARY_WORDS]) for name in ("item_summary", "user_summary")]
    return f"The item: {row['title']}. {parts[0]} The user: {parts[1]}"
