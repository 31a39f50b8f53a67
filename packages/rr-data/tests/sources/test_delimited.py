from __future__ import annotations

import csv
import gzip
import io
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rr_data.errors import DataError, UnreadableSourceError
from rr_data.sources import delimited as module
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
    assert [row[:2] for row in rows] == [(str(number), "x") for number in range(len(rows))]
    assert rejected[-1][0] == len(rows) + 2
    assert "the rest is lost" in rejected[-1][1]


def test_a_stray_quote_costs_only_its_row(tmp_path: Path) -> None:
    text = 'a,b\n1,2\n"3,4\n5,6\n7,8\n'
    rows, rejected = read(tmp_path / "f", text)
    assert rows == [("1", "2", 2), ("5", "6", 4), ("7", "8", 5)]
    assert rejected == [(3, "a quote that does not close")]


def test_quotes_that_swallow_rows_are_undone(tmp_path: Path) -> None:
    rows, rejected = read(tmp_path / "f", 'a,b\n"1,2\n3,4\n5,"6\n7,8\n')
    assert [row[:2] for row in rows] == [("3", "4"), ("7", "8")]
    assert [line for line, _ in rejected] == [2, 4]


def test_quotes_around_part_of_a_field(tmp_path: Path) -> None:
    assert read(tmp_path / "f", 'a,b\n"1"x,2\n5",6\n')[0] == [("1x", "2", 2), ('5"', "6", 3)]


def test_a_row_over_many_lines_has_an_end(tmp_path: Path) -> None:
    text = 'a,b\n"' + "x\n" * 3000 + "5,6\n"
    rows, rejected = read(tmp_path / "f", text)
    assert rows[-1] == ("5", "6", 3002)
    assert rejected == [(2, "a quote that does not close")]


def test_hostile_quotes_take_linear_time(tmp_path: Path) -> None:
    rows, rejected = read(tmp_path / "f", "a,b\n" + 'x","\n' * 60_000)
    assert len(rows) + len(rejected) == 60_000


NUMBERS = {"b": pl.Int64(), "c": pl.Float32()}


def test_types(tmp_path: Path) -> None:
    (tmp_path / "f").write_text("a,b\n1,2\n3,\n\n4,-5\n")
    rows, _ = read_delimited(tmp_path / "f", separator=",", quoted=True, types=NUMBERS)
    assert rows.schema == {"a": pl.String, "b": pl.Int64, "line": pl.Int64}
    assert rows.rows() == [("1", 2, 2), ("3", None, 3), ("4", -5, 5)]


@pytest.mark.parametrize("value", ["x", "1.5", "99999999999999999999", "1,2"])
def test_one_value_that_does_not_fit(tmp_path: Path, value: str) -> None:
    (tmp_path / "f").write_text(f"a,b\n1,2\n3,{value}\n")
    rows, _ = read_delimited(tmp_path / "f", separator=",", quoted=True, types=NUMBERS)
    assert rows.schema == {"a": pl.String, "b": pl.String, "line": pl.Int64}
    assert rows.row(0) == ("1", "2", 2)


@pytest.mark.parametrize("odd", ["", "7,8,9\n"])
def test_strip(tmp_path: Path, odd: str) -> None:
    (tmp_path / "f").write_text(f'a,b\n x ,\u3000y\n"",  \n"", z\n{odd}', encoding="utf-8")
    rows, _ = read_delimited(tmp_path / "f", separator=",", quoted=True, strip=True)
    assert rows.rows() == [("x", "y", 2), (None, "z", 4)]


LINES = st.lists(
    st.sampled_from(["1,2", "1", "", '"x', 'y"', '"a\nb",3', "1,2,3", "u,\u00e9", " 4 , 5", "n,1.0", "\xff", "7,8\r"]),
    max_size=12,
)


@settings(deadline=None)
@given(LINES, st.booleans(), st.integers(1, 30))
def test_blocks_make_no_difference(tmp_path_factory, lines: list[str], zipped: bool, size: int) -> None:
    data = ("\n".join(["a,b", *lines]) + "\n").encode("utf-8").replace(b"\xc3\xbf", b"\xff")
    path = tmp_path_factory.mktemp("c") / "f"
    path.write_bytes(gzip.compress(data) if zipped else data)
    found = []
    for block, small in ((1 << 24, 1 << 16), (1 << 24, 4), (size, 4), (size, 1 << 16)):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(module, "_BLOCK", block)
            patch.setattr(module, "_SMALL", small)
            rows, rejected = read_delimited(path, separator=",", quoted=True, strip=True)
            found.append((rows.rows(), sorted(rejected.rows())))
    assert found[1:] == found[:-1]


@pytest.mark.parametrize("text", ["", "\n1,2\n", "a,a\n", "a,,b\n"])
def test_no_header(tmp_path: Path, text: str) -> None:
    with pytest.raises(UnreadableSourceError):
        read(tmp_path / "f", text)


@settings(deadline=None)
@given(ROWS)
def test_any_csv_comes_back(tmp_path_factory, rows: list[tuple[str, str]]) -> None:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n", quoting=csv.QUOTE_ALL).writerows([("a", "b"), *rows])
    found, rejected = read(tmp_path_factory.mktemp("c") / "f", text.getvalue())
    assert [row[:2] for row in found] == rows
    assert rejected == []


@settings(deadline=None)
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


@pytest.mark.parametrize("header", [b"user_id,\ritem_id\n", b"user_id," + b"x" * 140_000 + b"\n"])
def test_a_header_that_csv_refuses(tmp_path: Path, header: bytes) -> None:
    path = tmp_path / "rows.csv"
    path.write_bytes(header + b"a,b\n")
    with pytest.raises(UnreadableSourceError, match="header"):
        read_delimited(path, separator=",", quoted=True)
