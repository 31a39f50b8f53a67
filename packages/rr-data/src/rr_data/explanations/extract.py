"""Explanations from reviews."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Final

import polars as pl

from rr_data import columns
from rr_data.columns import Columns
from rr_data.errors import OptionError
from rr_data.explanations.opinion_lexicon import OpinionLexicon, load_lexicon
from rr_data.explanations.opinion_pairs import opinion_pairs
from rr_data.explanations.parser import load_parser

EXPLANATIONS: Final = pl.Schema({name: kind for name, kind in columns.EXPLANATIONS.items() if name != Columns.PART})
# The parser refuses a million characters, and needs memory in proportion; no sentence of interest begins so late.
LONGEST_TEXT: Final = 20_000
_Row = tuple[int, str, str, str, int]


def _silent(done: int, total: int) -> None:
    """No progress shown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Reader:
    parser: Any
    lexicon: OpinionLexicon
    words: range

    def rows(self, texts: list[tuple[str, int]]) -> Iterator[_Row]:
        shown = ((_without_shouting(text), (text, row)) for text, row in texts)
        for document, (original, row) in self.parser.pipe(shown, as_tuples=True):
            for sentence in document.sents:
                text = " ".join(original[sentence.start_char : sentence.end_char].split())
                if text.count(" ") + 1 in self.words:
                    for pair in opinion_pairs(sentence, self.lexicon):
                        yield row, pair.feature, pair.opinion, text, pair.sentiment


def extract_explanations(
    reviews: pl.DataFrame,
    *,
    parser: Any = None,
    include_summary: bool = False,
    min_feature_count: int = 2,
    min_words: int = 3,
    max_words: int = 30,
    batch_size: int = 512,
    progress: Callable[[int, int], None] = _silent,
) -> pl.DataFrame:
    """Find what reviews praise and blame, in which words and sentences.

    Each row of the result is one pair of feature and opinion; see `rr_data.explanations.opinion_pairs` for what
    counts as one. Both words stand in the sentence as given, in lower case. English texts only: others give no rows.

    Args:
        reviews: `columns.REVIEWS`: `row`, `summary`, `text`; texts may be null.
        parser: from `load_parser`; by default the extra's own model.
        include_summary: read the summary too, as the Sentires tool chain does. A prompt that shows the summary then
            contains the answer, so by default explanations come from the text alone.
        min_feature_count: drop features that fewer reviews mention in an explanation; 1 keeps all.
        min_words: drop shorter sentences.
        max_words: drop longer sentences.
        batch_size: reviews that are parsed together; memory grows with it.
        progress: called with how many reviews are done and how many there are.

    Returns:
        `row`, `feature`, `opinion`, `sentence`, `sentiment` (Int8, -1 or 1), in the order of the reviews and of their
        text.

    Raises:
        MissingExtraError: without the extra `explanations`.
        OptionError: a number out of range.

    Example:
        >>> reviews = pl.DataFrame({"row": [7], "summary": ["Great"], "text": ["The box is cute. It came on Monday."]})
        >>> extract_explanations(reviews, min_feature_count=1).rows()  # doctest: +SKIP
        [(7, 'box', 'cute', 'The box is cute.', 1)]
    """
    _check(min_feature_count=min_feature_count, min_words=min_words, max_words=max_words, batch_size=batch_size)
    reader = _Reader(
        parser=load_parser() if parser is None else parser,
        lexicon=load_lexicon(),
        words=range(min_words, max_words + 1),
    )
    found: list[_Row] = []
    for start in range(0, reviews.height, batch_size):
        batch = reviews.slice(start, batch_size)
        with reader.parser.memory_zone():  # or the vocabulary grows with every new word
            found.extend(reader.rows(_texts(batch, include_summary=include_summary)))
        progress(start + batch.height, reviews.height)
    table = pl.DataFrame(found, schema=EXPLANATIONS, orient="row").unique(maintain_order=True)
    return _frequent(table, min_feature_count)


def _without_shouting(text: str) -> str:
    """A text in capitals in lower case: the parser takes capitals for names."""
    lower = text.lower()
    return lower if text.isupper() and len(lower) == len(text) else text


def _check(**numbers: int) -> None:
    for name, number in numbers.items():
        if number < 1:
            raise OptionError(name, number, "a number of at least 1")
    if numbers["max_words"] < numbers["min_words"]:
        raise OptionError("max_words", numbers["max_words"], f"at least min_words, which is {numbers['min_words']}")


def _texts(reviews: pl.DataFrame, *, include_summary: bool) -> list[tuple[str, int]]:
    """Texts with their rows; a summary stands before its text, as a text of its own."""
    wanted = [Columns.SUMMARY, Columns.TEXT] if include_summary else [Columns.TEXT]
    rows = reviews.select(Columns.ROW, *wanted).iter_rows()
    return [(text[:LONGEST_TEXT], row) for row, *texts in rows for text in texts if text]


def _frequent(table: pl.DataFrame, least: int) -> pl.DataFrame:
    return table.filter(pl.col(Columns.ROW).n_unique().over(Columns.FEATURE) >= least)
