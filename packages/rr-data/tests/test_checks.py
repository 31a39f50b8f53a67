from __future__ import annotations

import polars as pl
import pytest

from rr_data.checks import check_prepared
from rr_data.pipeline import prepare
from rr_data.prepared import PreparedDataset


def problems(data: PreparedDataset) -> set[str]:
    return {finding.check for finding in check_prepared(PreparedDataset.open(data.path)) if finding.problem}


def change(data: PreparedDataset, name: str, **expressions: pl.Expr) -> None:
    pl.read_parquet(data.path / name).with_columns(**expressions).write_parquet(data.path / name)


def test_a_prepared_dataset_passes(prepared: PreparedDataset) -> None:
    assert problems(prepared) == set()


@pytest.mark.parametrize(
    ("name", "column", "value", "found"),
    [
        ("splits/leave_one_out.parquet", "part", pl.lit("train"), {"split", "evidence horizon"}),
        ("items.parquet", "item_id", pl.col("item_id").reverse(), {"codes"}),
        ("users.parquet", "user", pl.col("user").reverse(), {"codes"}),
        ("interactions.parquet", "timestamp", pl.col("timestamp").reverse(), {"order"}),
        ("users.parquet", "count", pl.col("count") + 1, {"evidence horizon"}),
    ],
)
def test_tampering_is_found(prepared: PreparedDataset, name: str, column: str, value: pl.Expr, found: set[str]) -> None:
    change(prepared, name, **{column: value})
    assert problems(prepared) == {"checksums"} | found


def test_missing_rows_are_found(prepared: PreparedDataset) -> None:
    path = prepared.path / "rejected.parquet"
    pl.DataFrame([("f", 1, "r")], schema=pl.read_parquet(path).schema, orient="row").write_parquet(path)
    assert problems(prepared) == {"checksums", "counts"}


@pytest.mark.parametrize(
    ("name", "column", "value", "finding"),
    [
        ("candidates/test.parquet", "items", pl.lit([0, 1], pl.List(pl.Int32)), "candidates"),
        ("ctr.parquet", "label", pl.lit(1, pl.Int8), "clicks"),
        ("ctr.parquet", "label", pl.lit(0, pl.Int8), "clicks"),
    ],
)
def test_task_tables_are_checked(raw, tmp_path, name: str, column: str, value: pl.Expr, finding: str) -> None:
    data = prepare("tabular", [raw / "ratings.csv"], out=tmp_path / "out", candidates=3, ctr_negatives=1)
    path = data.path / name
    pl.read_parquet(path).with_columns(value.alias(column)).write_parquet(path)
    problems = {found.check for found in check_prepared(PreparedDataset.open(data.path)) if found.problem}
    assert problems == {"checksums", finding}
