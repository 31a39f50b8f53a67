from __future__ import annotations

from pathlib import Path

import pytest

from rr_data.errors import UnreadableSourceError
from rr_data.sources.s3rec import S3Rec


def test_lines(tmp_path: Path) -> None:
    (tmp_path / "s.txt").write_bytes(b"1 5 4 5\n\n2\n\xff 1\n3  7\t8 \n")
    raw = S3Rec().read([tmp_path / "s.txt"])
    assert raw.interactions.select("user_id", "item_id", "line").rows() == [
        ("1", "5", 1), ("1", "4", 1), ("1", "5", 1), ("3", "7", 5), ("3", "8", 5),
    ]  # fmt: skip
    assert raw.interactions["timestamp"].null_count() == 5
    assert raw.rejected.rows() == [("s.txt", 3, "a user without items"), ("s.txt", 4, "not UTF-8")]


def test_several_files(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("1 5\n")
    (tmp_path / "b.txt").write_text("2 6\n")
    raw = S3Rec().read([tmp_path / "a.txt", tmp_path / "b.txt"])
    assert raw.interactions.select("user_id", "file").rows() == [("1", 0), ("2", 1)]


def test_users_are_named(tmp_path: Path) -> None:
    (tmp_path / "s.txt").write_text("1 5 4\n2 6\n")
    (tmp_path / "users.tsv").write_text("user_id\treviewer_id\n2\tBob\n1\tAnn\n")
    raw = S3Rec(users=str(tmp_path / "users.tsv")).read([tmp_path / "s.txt"])
    assert raw.interactions.select("user_id", "item_id").rows() == [("Ann", "5"), ("Ann", "4"), ("Bob", "6")]
    assert [path.name for path in raw.files] == ["s.txt", "users.tsv"]


@pytest.mark.parametrize(
    ("table", "says"),
    [
        ("user_id\tname\n1\tA\n", "reviewer_id"),
        ("user_id\treviewer_id\n1\tA\n", "no reviewer_id for user '2'"),
        ("user_id\treviewer_id\n1\tA\n2\tA\n", "two users share"),
    ],
)
def test_bad_user_tables(tmp_path: Path, table: str, says: str) -> None:
    (tmp_path / "s.txt").write_text("1 5 4\n2 6\n")
    (tmp_path / "users.tsv").write_text(table)
    with pytest.raises(UnreadableSourceError, match=says):
        S3Rec(users=str(tmp_path / "users.tsv")).read([tmp_path / "s.txt"])
