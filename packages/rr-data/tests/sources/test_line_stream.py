from __future__ import annotations

import gzip
import tracemalloc
import zlib
from functools import partial
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rr_data.errors import UnreadableSourceError
from rr_data.sources import line_stream
from rr_data.sources.byte_stream import stream_bytes
from rr_data.sources.line_stream import Rejects, stream_lines


def read(path: Path, **options: int) -> tuple[list[tuple[int, str | None]], Rejects]:
    rejects: Rejects = []
    runs = stream_lines(path, rejects, **options)
    return [pair for first, lines in runs for pair in enumerate(lines, start=first)], rejects


def test_plain_and_gzip_whatever_the_name(tmp_path: Path) -> None:
    content = b"\xef\xbb\xbfone\r\n\ntwo"
    (tmp_path / "a.gz").write_bytes(content)
    (tmp_path / "b.txt").write_bytes(gzip.compress(content))
    for name in ("a.gz", "b.txt"):
        assert read(tmp_path / name) == ([(1, "one\r"), (2, ""), (3, "two")], [])


def test_empty_file(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"")
    assert read(tmp_path / "a") == ([], [])


def test_members_one_after_another_with_padding(tmp_path: Path) -> None:
    content = gzip.compress(b"one\ntw") + b"\0" * 5 + gzip.compress(b"o\nthree\n") + b"\0" * 700
    (tmp_path / "a.gz").write_bytes(content)
    assert read(tmp_path / "a.gz") == ([(1, "one"), (2, "two"), (3, "three")], [])


def test_missing(tmp_path: Path) -> None:
    with pytest.raises(UnreadableSourceError, match="no such file"):
        read(tmp_path)


def test_wrong_encoding_costs_its_line(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes("one\nzwölf\n".encode() + "zwölf\n".encode("latin-1") + b"last")
    assert read(tmp_path / "a") == ([(1, "one"), (2, "zwölf"), (3, None), (4, "last")], [(3, "not UTF-8")])


@settings(deadline=None)
@given(st.lists(st.integers(0, 40), max_size=20), st.integers(1, 50), st.booleans())
def test_long_lines_are_dropped_and_counted(
    tmp_path_factory: pytest.TempPathFactory, lengths: list[int], block: int, ends: bool
) -> None:
    path = tmp_path_factory.mktemp("long") / "a"
    lines = ["x" * length for length in lengths]
    path.write_text("\n".join(lines) + ("\n" if ends else ""))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(line_stream, "stream_bytes", partial(stream_bytes, size=block))
        found, rejects = read(path, longest=20)
    kept = {number: line for number, line in found if line}
    assert kept == {number: line for number, line in enumerate(lines, start=1) if 0 < len(line) <= 20}
    assert rejects == [(number, "longer than 20 bytes") for number, line in enumerate(lines, start=1) if len(line) > 20]


def test_a_huge_line_is_never_in_memory(tmp_path: Path) -> None:
    with gzip.open(tmp_path / "a.gz", "wb", compresslevel=1) as file:
        file.write(b"one\n")
        for _ in range(64):
            file.write(b"x" * (1 << 20))
        file.write(b"\nthree\n")
    tracemalloc.start()
    found, rejects = read(tmp_path / "a.gz", longest=1 << 21)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert found == [(1, "one"), (3, "three")]
    assert [line for line, _ in rejects] == [2]
    assert peak < 20 << 20


TEXT = "".join(f"line {number} {number * 7919 % 1000}\n" for number in range(3000)).encode()
WHOLE = gzip.compress(TEXT, mtime=0)


@pytest.mark.parametrize("text", [b"1", b"12", b"123"])
def test_few_bytes_before_a_cut_are_not_lost(tmp_path: Path, text: bytes) -> None:
    (tmp_path / "a.gz").write_bytes(gzip.compress(text)[:-1])
    assert read(tmp_path / "a.gz") == (
        [(1, text.decode())],
        [(1, "damaged gzip, the rest is lost: the file ends early")],
    )


@settings(deadline=None)
@given(st.integers(3, len(WHOLE) - 1), st.booleans())
def test_cut_gzip_gives_every_line_before_the_cut(
    tmp_path_factory: pytest.TempPathFactory, cut: int, keep_torn: bool
) -> None:
    path = tmp_path_factory.mktemp("gz") / "cut.gz"
    path.write_bytes(WHOLE[:cut])
    there = zlib.decompressobj(31).decompress(WHOLE[:cut])
    found, rejects = read(path, keep_torn=keep_torn)
    torn = there.split(b"\n")[-1].decode()
    expected = there.decode().split("\n")[:-1] + ([torn] if torn and keep_torn else [])
    assert [line for _, line in found] == expected
    assert rejects == [(there.count(b"\n") + 1, "damaged gzip, the rest is lost: the file ends early")]


DENSE = gzip.compress(b"the same line\n" * 400_000, mtime=0)


@pytest.mark.parametrize("cut", [2000, 5000, 10_000, len(DENSE) - 8, len(DENSE) - 1, len(DENSE)])
def test_what_unzips_to_far_more_than_a_block(tmp_path: Path, cut: int) -> None:
    (tmp_path / "a.gz").write_bytes(DENSE[:cut])
    there = zlib.decompressobj(31).decompress(DENSE[:cut]).decode().split("\n")
    found, rejects = read(tmp_path / "a.gz")
    assert [line for _, line in found] == (there if there[-1] else there[:-1])
    assert len(rejects) == (cut < len(DENSE))


@settings(deadline=None)
@given(st.integers(20, len(WHOLE) - 1), st.integers(1, 255))
def test_a_flipped_byte_costs_nothing_before_it(tmp_path_factory: pytest.TempPathFactory, at: int, flip: int) -> None:
    path = tmp_path_factory.mktemp("gz") / "flip.gz"
    path.write_bytes(WHOLE[:at] + bytes([WHOLE[at] ^ flip]) + WHOLE[at + 1 :])
    there = zlib.decompressobj(31).decompress(WHOLE[:at])
    found, rejects = read(path)
    before = there.decode().split("\n")[:-1]
    assert [line for _, line in found[: len(before)]] == before
    assert len(rejects) >= 1 or [line for _, line in found] == TEXT.decode().split("\n")[:-1]
