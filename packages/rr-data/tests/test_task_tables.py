from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rr_data.checks import check_prepared
from rr_data.columns import Columns
from rr_data.errors import LeakError
from rr_data.pipeline import prepare
from rr_data.prepared import PreparedDataset
from rr_data.sources.source import RAW_INTERACTIONS, RawData

ROWS = st.lists(
    st.tuples(st.sampled_from("rstuv"), st.sampled_from("abcdefghij"), st.integers(0, 9)), min_size=1, max_size=40
)


class Given:
    """A source of rows of user, item and time, all reviewed and explained."""

    def __init__(self, rows: list[tuple[str, str, int]]) -> None:
        self.rows = rows

    def read(self, paths: list[Path]) -> RawData:
        users, items, times = zip(*self.rows, strict=True)
        lines = list(range(1, len(self.rows) + 1))
        place = {Columns.FILE: pl.Series([0] * len(lines), dtype=pl.UInt16), Columns.LINE: lines}
        interactions = pl.DataFrame(
            {
                Columns.USER_ID: users,
                Columns.ITEM_ID: items,
                Columns.TIMESTAMP: times,
                Columns.RATING: pl.Series([5.0] * len(lines), dtype=pl.Float32),
                **place,
            },
            schema=RAW_INTERACTIONS,
        )
        texts = [f"{user} says {item} &amp; means it" for user, item, _ in self.rows]
        reviews = pl.DataFrame({**place, Columns.SUMMARY: texts, Columns.TEXT: texts})
        explanations = pl.DataFrame(
            {
                **place,
                Columns.FEATURE: items,
                Columns.OPINION: ["good"] * len(lines),
                Columns.SENTENCE: texts,
                Columns.SENTIMENT: pl.Series([1] * len(lines), dtype=pl.Int8),
            }
        )
        return RawData(interactions, (), reviews=reviews, explanations=explanations)


def prepared(rows: list[tuple[str, str, int]], out: Path, **options: object) -> PreparedDataset:
    return prepare(Given(rows), out=out, candidates=4, ctr_negatives=2, **options)  # type: ignore[arg-type]


@pytest.mark.slow
@given(rows=ROWS, split=st.sampled_from(["leave_one_out", "ratio"]))
@settings(deadline=None, max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_every_check_holds_on_any_rows(tmp_path: Path, rows: list[tuple[str, str, int]], split: str) -> None:
    data = prepared(rows, tmp_path / "out", split=split)
    assert [finding for finding in check_prepared(data) if finding.problem] == []


@pytest.mark.slow
@given(rows=ROWS, order=st.randoms(use_true_random=False))
@settings(deadline=None, max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_permuted_rows_give_the_same_dataset(tmp_path: Path, rows: list[tuple[str, str, int]], order) -> None:
    rows = list(dict.fromkeys(rows))
    permuted = list(rows)
    order.shuffle(permuted)
    first, second = (prepared(some, tmp_path / name) for some, name in ((rows, "first"), (permuted, "second")))
    assert first.checksum == second.checksum


def test_explanations_share_the_split(tmp_path: Path) -> None:
    rows = [(user, item, time) for user in "rstuv" for time, item in enumerate("abcdef")]
    data = prepared(rows, tmp_path / "out")
    told = data.explanations
    assert told is not None
    names = np.array(["train", "validation", "test", "context"])[data.parts]
    assert told[Columns.PART].to_list() == names[told[Columns.ROW].to_numpy()].tolist()
    assert data.manifest.leaks["clean"] is True


def test_as_vip5_does_leaks_and_the_report_says_so(tmp_path: Path) -> None:
    rows = [(f"{number}", item, time) for number in range(30) for time, item in enumerate("abcdef")]
    data = prepared(rows, tmp_path / "out", compat="vip5")
    assert data.manifest.leaks["clean"] is False


def test_a_leak_stops_prepare(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from rr_data import task_tables

    def shifted(pairs: pl.DataFrame, n_items: int, options: object) -> pl.DataFrame:
        return pairs.select(Columns.USER, Columns.ITEM).with_columns(
            pl.lit(1, pl.Int8).alias(Columns.LABEL), pl.lit("train").alias(Columns.PART)
        )

    monkeypatch.setattr(task_tables, "_clicks", shifted)
    rows = [(user, item, time) for user in "rstuv" for time, item in enumerate("abcdef")]
    with pytest.raises(LeakError, match="train"):
        prepared(rows, tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_a_pair_repeated_across_parts_is_in_no_other_task(tmp_path: Path) -> None:
    data = prepared([("r", "a", 1), ("r", "b", 2), ("r", "c", 3), ("r", "a", 4), ("s", "d", 1)], tmp_path / "out")
    code = data.items.filter(pl.col(Columns.ITEM_ID) == "a")[Columns.ITEM].item()
    assert data.ctr is not None
    assert data.explanations is not None
    clicks = data.ctr.filter(pl.col(Columns.LABEL) == 1)
    assert code not in clicks[Columns.ITEM].to_list()
    assert "a" not in data.explanations[Columns.FEATURE].to_list()


def test_reviews_are_cleaned(tmp_path: Path) -> None:
    data = prepared([("r", "a", 1), ("r", "b", 2)], tmp_path / "out")
    assert data.reviews is not None
    assert data.reviews[Columns.TEXT].to_list() == ["r says a & means it", "r says b & means it"]
