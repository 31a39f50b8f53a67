from __future__ import annotations

import gzip
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rr_data.errors import UnreadableSourceError
from rr_data.sources.headerless import read_headerless, read_words


def read(path: Path, data: bytes, **options) -> tuple[list, list]:
    path.write_bytes(data)
    rows, rejected = read_headerless(path, **{"separator": "::", "names": ("a", "b"), **options})
    return rows.rows(), rejected.select("line", "reason").rows()


@pytest.mark.parametrize("end", [b"\n", b"\r\n"])
def test_rows(tmp_path: Path, end: bytes) -> None:
    rows, rejected = read(tmp_path / "f", end.join([b"1::2", b"", b"3", b"::4", b"5::6::7", b"8::9"]))
    assert rows == [("1", "2", 1), ("3", None, 3), (None, "4", 4), ("8", "9", 6)]
    assert rejected == [(5, "more than 2 fields")]


def test_encodings(tmp_path: Path) -> None:
    data = "1::é\n".encode() + "2::é\n".encode("latin-1") + b"3::\x1f\n"
    assert read(tmp_path / "f", data) == ([("1", "é", 1), ("3", "\x1f", 3)], [(2, "not UTF-8")])
    assert read(tmp_path / "f", data, fallback="latin-1") == ([("1", "é", 1), ("2", "é", 2), ("3", "\x1f", 3)], [])


def test_a_quote_stays_in_its_line(tmp_path: Path) -> None:
    rows, rejected = read(tmp_path / "f", b'1,"a, b"\n2,"c\n3,"d ""e"""\n4,5,6\n', separator=",", quoted=True)
    assert rows == [("1", "a, b", 1), ("2", "c", 2), ("3", 'd "e"', 3)]
    assert rejected == [(4, "more than 2 fields")]


def test_the_torn_line_is_not_read(tmp_path: Path) -> None:
    data = b"".join(b"%d::%d\n" % (number, number) for number in range(1000, 1100))
    rows, rejected = read(tmp_path / "f", gzip.compress(data, 0)[: 10 + 5 + 10 * 10 + 8])
    assert rows == [(str(number), str(number), number - 999) for number in range(1000, 1009)]
    assert "the rest is lost" in rejected[-1][1]


def test_words(tmp_path: Path) -> None:
    (tmp_path / "f").write_bytes(b"a b\tc\n\n \n\xff\nd\n")
    lines, rejects = read_words(tmp_path / "f")
    assert lines.rows() == [(1, ["a", "b", "c"]), (5, ["d"])]
    assert rejects == [(4, "not UTF-8")]
    with pytest.raises(UnreadableSourceError, match="no such file"):
        read_words(tmp_path / "nowhere")


@given(st.lists(st.tuples(*[st.text(st.characters(codec="utf-8", exclude_characters=":\r\n"), min_size=1)] * 2)))
def test_any_rows_come_back(tmp_path_factory, rows: list[tuple[str, str]]) -> None:
    told = [row for row in rows if "".join(row).strip()]
    data = "".join("::".join(row) + "\n" for row in told).encode()
    found, rejected = read(tmp_path_factory.mktemp("h") / "f", data)
    assert [row[:2] for row in found] == told
    assert rejected == []
