from __future__ import annotations

import csv
import gzip
import io
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rr_data.errors import DataError, UnreadableSourceError
from rr_data.sources.delimited import read_delimited

FIELD = st.text(st.characters(codec="utf-8", exclude_characters="\r\x00"), min_size=1, max_size=6)
ROWS = st.lists(st.tuples(FIELD, FIELD), max_size=8)


def read(path: Path, text: str | bytes, *, separator: str = ",", quoted: bool = True) -> tuple[list, list]:
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    rows, rejected = read_delimited(path, separator=separator, quoted=quoted)
    return rows.rows(), rejected.select("line", "reason").rows()


def test_clean(tmp_path: Path) -> None:
    rows, rejected = read(tmp_path / "f", "a,b\n1,2\n3,4\n")
    assert rows == [("1", "2", 2), ("3", "4", 3)]
    assert rejected == []


@pytest.mark.parametrize("text", ['a,b\n"x\ny",1\n2,3\n', "a,b\n\n1,1\n2,3\n"])
def test_lines_are_those_of_the_file(tmp_path: Path, text: str) -> None:
    rows, _ = read(tmp_path / "f", text)
    assert [line for *_, line in rows] == [3, 4]


def test_odd_rows_cost_no_other_row(tmp_path: Path) -> None:
    rows, rejected = read(tmp_path / "f", b'a,b\n1,2\n\n3\n4,5,6\n\xff,7\n"x\ny",8\n9,10')
    assert rows == [("1", "2", 2), ("3", None, 4), ("x\ny", "8", 8), ("9", "10", 9)]
    assert rejected == [(5, "3 fields; the header has 2"), (6, "not UTF-8")]


def test_huge_field_is_rejected(tmp_path: Path) -> None:
    rows, rejected = read(tmp_path / "f", f"a,b\n1,2\n{'x' * 200_000},3,4\n5,6\n")
    assert rows == [("1", "2", 2), ("5", "6", 4)]
    assert rejected[0][0] == 3


def test_unquoted_tabs(tmp_path: Path) -> None:
    rows, rejected = read(tmp_path / "f", 'a\tb\n"1\t2\n3\t"\r\n1\t2\t3\n', separator="\t", quoted=False)
    assert rows == [('"1', "2", 2), ("3", '"', 3)]
    assert rejected == [(4, "3 fields; the header has 2")]


def test_damaged_gzip_is_reported(tmp_path: Path) -> None:
    text = "a,b\n" + "".join(f"{number},x\n" for number in range(20_000))
    rows, rejected = read(tmp_path / "f.gz", gzip.compress(text.encode())[:-2000])
    assert len(rows) > 1000
    assert rows[-2][0] == str(len(rows) - 2)
    assert "the rest is lost" in rejected[-1][1]


@pytest.mark.parametrize("text", ["", "\n1,2\n", "a,a\n", "a,,b\n"])
def test_no_header(tmp_path: Path, text: str) -> None:
    with pytest.raises(UnreadableSourceError):
        read(tmp_path / "f", text)


@given(ROWS)
def test_any_csv_comes_back(tmp_path_factory, rows: list[tuple[str, str]]) -> None:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n", quoting=csv.QUOTE_ALL).writerows([("a", "b"), *rows])
    found, rejected = read(tmp_path_factory.mktemp("c") / "f", text.getvalue())
    assert [row[:2] for row in found] == rows
    assert rejected == []


@given(st.binary(max_size=60))
def test_no_bytes_crash_it(tmp_path_factory, data: bytes) -> None:
    path = tmp_path_factory.mktemp("c") / "f"
    path.write_bytes(b"a,b\n1,2\n" + data)
    for separator, quoted in ((",", True), (",", False)):
        try:
            rows, _ = read_delimited(path, separator=separator, quoted=quoted)
        except DataError:
            continue
        assert rows.schema == {"a": pl.String, "b": pl.String, "line": pl.Int64}
        assert rows["a"][0].startswith("1")
