from __future__ import annotations

from pathlib import Path
from typing import Any

import polars as pl
import pytest

from rr_data.columns import Columns
from rr_data.errors import EvidenceError
from rr_data.pipeline import prepare
from rr_data.prepared import PreparedDataset
from rr_data.prompts.explanation_queries import explanation_queries
from rr_data.prompts.question_rows import question_rows
from rr_data.prompts.trace import Trace
from rr_data.prompts.training_rows import training_rows
from rr_data.sources.source import RAW_INTERACTIONS, RawData

TOLD = [  # rating, sentence; times ascend, and the last two interactions of four are held out
    (4.5, "good <item_1> here"),
    (0.2, "bad"),
    (5.0, "held out"),
    (5.0, "held out too"),
]


class Told:
    """One user's rows with a rating and a sentence each."""

    def __init__(self, told: list[tuple[float | None, str]]) -> None:
        self.told = told

    def read(self, paths: list[Path]) -> RawData:
        n = len(self.told)
        place = {Columns.FILE: pl.Series([0] * n, dtype=pl.UInt16), Columns.LINE: list(range(1, n + 1))}
        interactions = {
            Columns.USER_ID: ["u"] * n,
            Columns.ITEM_ID: list("abcdefgh"[:n]),
            Columns.TIMESTAMP: list(range(n)),
            Columns.RATING: pl.Series([rating for rating, _ in self.told], dtype=pl.Float32),
        }
        sentences = {
            Columns.FEATURE: ["feature"] * n,
            Columns.OPINION: ["opinion"] * n,
            Columns.SENTENCE: [sentence for _, sentence in self.told],
            Columns.SENTIMENT: pl.Series([1] * n, dtype=pl.Int8),
        }
        return RawData(
            pl.DataFrame(interactions | place, schema=RAW_INTERACTIONS),
            (),
            explanations=pl.DataFrame(place | sentences),
        )


def prepared(told: list[tuple[float | None, str]], out: Path) -> PreparedDataset:
    return prepare(Told(told), out=out)  # type: ignore[arg-type]


def text_of(row: dict[str, Any], side: str) -> str:
    return "".join(part.get("text") or "" for message in row[side] for part in message["content"])


def test_stars_and_sentences(tmp_path: Path) -> None:
    data = prepared(TOLD, tmp_path / "out")
    queries = explanation_queries(data)
    assert queries.star_ratings is not None
    assert queries.star_ratings.tolist() == [5, 1]
    rows = list(training_rows(data, queries, seed=0))
    assert [text_of(row, "completion") for row in rows] == ["<answer>good item_1 here", "<answer>bad"]
    for row, stars in zip(rows, (5, 1), strict=True):
        prompt = text_of(row, "prompt")
        assert f"<item_{row['target']}>" in prompt
        assert f"{stars}" in prompt
        assert not any(word in prompt for word in ("vidence", "feature", "opinion", "good", "bad"))
        assert row["label"] is None
        assert row["image_items"] == [row["target"]]


def test_rows_without_rating_or_sentence_are_left_out(tmp_path: Path) -> None:
    data = prepared(
        [(None, "unrated"), (float("nan"), "not a number"), (3.0, " "), (2.5, "kept"), *TOLD[2:]], tmp_path / "out"
    )
    queries = explanation_queries(data)
    assert queries.sentences is not None
    assert queries.sentences.to_list() == ["kept"]
    assert queries.star_ratings is not None
    assert queries.star_ratings.tolist() == [3]


def test_no_tool_is_asked(tmp_path: Path) -> None:
    data = prepared(TOLD, tmp_path / "out")
    queries = explanation_queries(data)
    with pytest.raises(EvidenceError, match="no tool"):
        training_rows(data, queries, seed=0, traces=[Trace(0, 0)] * len(queries))


def test_notes_stand_behind_each_question(tmp_path: Path) -> None:
    queries = explanation_queries(prepared(TOLD, tmp_path))
    options: dict[str, Any] = {"evidence_horizon": [0.5] * 2, "eh_levels": [0, 1], "categories": [[]] * 4, "seed": 0}
    rows = question_rows(queries, **options, notes=["Wrote: fine.", ""])
    plain = question_rows(queries, **options)
    assert text_of(rows[0], "prompt") == f"{text_of(plain[0], 'prompt')} Wrote: fine."
    assert rows[1] == plain[1]
    with pytest.raises(EvidenceError, match="lengths"):
        question_rows(queries, **options, notes=["one"])
