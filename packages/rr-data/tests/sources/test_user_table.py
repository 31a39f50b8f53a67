from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from rr_data.errors import UnreadableSourceError
from rr_data.sources.source import RAW_USERS
from rr_data.sources.user_table import read_user_table


def test_texts_and_domains(tmp_path: Path) -> None:
    (tmp_path / "u.csv").write_text('user_id,description,domain,age\n u1 ,"likes  tea,\nand jam",KU,3\nu2,,,4\n')
    users, rejected = read_user_table(tmp_path / "u.csv")
    assert users.schema == RAW_USERS
    assert users.rows() == [("u1", "KU", "likes tea, and jam"), ("u2", None, None)]
    assert rejected.is_empty()


def test_text_counts_before_description(tmp_path: Path) -> None:
    pl.DataFrame({"user_id": [1], "description": ["d"], "text": ["t"]}).write_parquet(tmp_path / "u.parquet")
    assert read_user_table(tmp_path / "u.parquet")[0].rows() == [("1", None, "t")]


def test_rejected(tmp_path: Path) -> None:
    (tmp_path / "u.tsv").write_text("user_id\ttext\nu\tA\nu\tB\n\tC\nv\td\te\n")
    users, rejected = read_user_table(tmp_path / "u.tsv")
    assert users["text"].to_list() == ["A"]
    assert sorted(rejected.iter_rows()) == [
        ("u.tsv", 3, "user u again"),
        ("u.tsv", 4, "no user id"),
        ("u.tsv", 5, "3 fields; the header has 2"),
    ]


def test_without_ids(tmp_path: Path) -> None:
    (tmp_path / "u.csv").write_text("user,text\nu,A\n")
    with pytest.raises(UnreadableSourceError, match="no column 'user_id'; it has user, text"):
        read_user_table(tmp_path / "u.csv")
