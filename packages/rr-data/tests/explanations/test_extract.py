from __future__ import annotations

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from rr_data import columns
from rr_data.errors import OptionError
from rr_data.explanations.extract import EXPLANATIONS, LONGEST_TEXT, extract_explanations

TEXTS = [
    "The box is cute. It came on Monday, with a great card inside.",
    None,
    "",
    "Nice box, terrible smell.",
    "The box was not good.",
    "I REALLY LOVE THE SMELL!",
    "The  box\nis very\tsturdy.",
]


def table(texts: list[str | None], summaries: list[str | None] | None = None) -> pl.DataFrame:
    rows = range(10, 10 + len(texts))
    columns_ = {"row": rows, "summary": summaries or [None] * len(texts), "text": texts}
    return pl.DataFrame(columns_, schema=columns.REVIEWS)


def test_rows_words_sentences(parser) -> None:
    found = extract_explanations(table(TEXTS), parser=parser, min_feature_count=1)
    assert found.schema == EXPLANATIONS
    assert found.rows() == [
        (10, "box", "cute", "The box is cute.", 1),
        (10, "card", "great", "It came on Monday, with a great card inside.", 1),
        (13, "box", "nice", "Nice box, terrible smell.", 1),
        (13, "smell", "terrible", "Nice box, terrible smell.", -1),
        (14, "box", "good", "The box was not good.", -1),
        (15, "smell", "love", "I REALLY LOVE THE SMELL!", 1),
        (16, "box", "sturdy", "The box is very sturdy.", 1),
    ]


def test_rare_features_go(parser) -> None:
    found = extract_explanations(table(TEXTS), parser=parser, min_feature_count=2)
    assert set(found["feature"]) == {"box", "smell"}
    assert extract_explanations(table(TEXTS), parser=parser, min_feature_count=9).is_empty()


def test_a_feature_is_counted_once_a_review(parser) -> None:
    found = extract_explanations(table(["A nice tin. The tin is cute."]), parser=parser, min_feature_count=2)
    assert found.is_empty()


def test_length_limits(parser) -> None:
    texts = ["Nice card.", "This is a nice card.", "This is a nice card " + "and so on " * 20]
    for least, most, expected in ((1, 30, [10, 11]), (3, 30, [11]), (3, 90, [11, 12]), (1, 2, [10])):
        found = extract_explanations(table(texts), parser=parser, min_feature_count=1, min_words=least, max_words=most)
        assert found["row"].unique(maintain_order=True).to_list() == expected


def test_the_summary_is_read_on_request_only(parser) -> None:
    reviews = table(["It came on Monday."], ["A very nice box"])
    assert extract_explanations(reviews, parser=parser, min_feature_count=1).is_empty()
    found = extract_explanations(reviews, parser=parser, min_feature_count=1, include_summary=True)
    assert found.rows() == [(10, "box", "nice", "A very nice box", 1)]


def test_batches_change_nothing_and_progress_ends_at_the_total(parser) -> None:
    seen: list[tuple[int, int]] = []
    whole = extract_explanations(table(TEXTS * 3), parser=parser)
    parts = extract_explanations(
        table(TEXTS * 3), parser=parser, batch_size=4, progress=lambda *step: seen.append(step)
    )
    assert_frame_equal(whole, parts)
    assert seen[0] == (4, 21)
    assert seen[-1] == (21, 21)


def test_very_long_text(parser) -> None:
    text = "A nice box. " + "x" * (2 * LONGEST_TEXT) + " A nice tin."
    found = extract_explanations(table([text]), parser=parser, min_feature_count=1)
    assert found["feature"].to_list() == ["box"]


def test_no_reviews(parser) -> None:
    assert extract_explanations(table([]), parser=parser).schema == EXPLANATIONS


@pytest.mark.parametrize("option", ["min_feature_count", "min_words", "max_words", "batch_size"])
def test_numbers_out_of_range(option: str) -> None:
    with pytest.raises(OptionError, match=option):
        extract_explanations(table([]), **{option: 0})


def test_limits_out_of_order() -> None:
    with pytest.raises(OptionError, match="max_words"):
        extract_explanations(table([]), min_words=5, max_words=4)


_word = st.sampled_from(["box", "nice", "not", "is", "The", "too", "and", "love", "\n", "?", "don't", "!!!", "İ", "ß"])
_wild = st.one_of(st.none(), st.text(max_size=80), st.lists(_word, max_size=12).map(" ".join))


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(texts=st.lists(_wild, max_size=6))
def test_any_text(parser, texts: list[str | None]) -> None:
    reviews = table(texts, texts)
    found = extract_explanations(reviews, parser=parser, min_feature_count=1, min_words=1, include_summary=True)
    assert_frame_equal(
        found,
        extract_explanations(reviews, parser=parser, min_feature_count=1, min_words=1, include_summary=True),
    )
    assert found["sentiment"].is_in([-1, 1]).all()
    for row, feature, opinion, sentence, _ in found.iter_rows():
        whole = " ".join((texts[row - 10] or "").split())
        assert sentence in f"{whole} {whole}"
        assert feature in sentence.lower()
        assert opinion in sentence.lower()
