from __future__ import annotations

import gzip
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rr_data.errors import UnreadableSourceError
from rr_data.sources.raw_text import RawText, read_blocks, read_raw


def test_plain_and_gzip_whatever_the_name(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes(b"\xef\xbb\xbfone\r\ntwo")
    (tmp_path / "b.txt").write_bytes(gzip.compress(b"\xef\xbb\xbfone\r\ntwo"))
    for name in ("a.txt", "b.txt"):
        raw = read_raw(tmp_path / name)
        assert list(raw.lines()) == [(1, "one"), (2, "two")]
        assert raw.damage is None
        assert raw.n_lines == 2


def test_what_is_not_utf_8_is_marked() -> None:
    assert list(RawText(b"a\n\xff\nb").lines()) == [(1, "a"), (2, None), (3, "b")]


def test_empty() -> None:
    assert RawText(b"").n_lines == 0


def test_missing(tmp_path: Path) -> None:
    with pytest.raises(UnreadableSourceError, match="no such file"):
        read_raw(tmp_path)


@settings(deadline=None)
@given(st.integers(1, 10_000))
def test_cut_gzip_gives_what_came_before(tmp_path_factory, cut: int) -> None:
    text = "".join(f"line {number}\n" for number in range(4000)).encode()
    whole = gzip.compress(text)
    path = tmp_path_factory.mktemp("gz") / "cut.gz"
    path.write_bytes(whole[: max(3, len(whole) - cut)])
    raw = read_raw(path)
    assert raw.damage is not None
    assert text.startswith(raw.data)
    assert raw.data.endswith(b"\n") or raw.data == b""


@settings(deadline=None)
@given(st.lists(st.binary(max_size=6), max_size=12), st.integers(1, 40))
def test_blocks_are_whole_lines(tmp_path_factory, lines: list[bytes], size: int) -> None:
    path = tmp_path_factory.mktemp("b") / "f"
    path.write_bytes(b"\n".join(lines))
    whole, blocks = read_raw(path), list(read_blocks(path, size=size))
    assert b"".join(block.data for block in blocks) == whole.data
    assert all(block.data.endswith(b"\n") for block in blocks[:-1])
    assert [line for block in blocks for line in block.lines()] == list(whole.lines())


def test_damage_is_in_the_last_block(tmp_path: Path) -> None:
    text = "".join(f"line {number}\n" for number in range(4000)).encode()
    (tmp_path / "f").write_bytes(gzip.compress(text)[:-3000])
    *others, last = read_blocks(tmp_path / "f", size=1000)
    assert others
    assert all(block.damage is None for block in others)
    assert last.damage is not None
    assert last.data.endswith(b"\n") or last.data == b""
