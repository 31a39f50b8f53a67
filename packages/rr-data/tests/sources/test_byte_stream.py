from __future__ import annotations

import gzip
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rr_data.errors import UnreadableSourceError
from rr_data.sources.byte_stream import DamagedFileError, stream_bytes

TEXT = "".join(f"line {number}\n" for number in range(9000)).encode()
ZIPPED = gzip.compress(TEXT, mtime=0)


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
@pytest.mark.parametrize("size", [1, 2, 1000, 1 << 20])
def test_plain_and_gzip(tmp_path: Path, mark: bytes, size: int) -> None:
    for content in (mark + TEXT[:2000], gzip.compress(mark + TEXT[:1000]) + gzip.compress(TEXT[1000:2000])):
        (tmp_path / "f").write_bytes(content)
        pieces = list(stream_bytes(tmp_path / "f", size=size))
        assert b"".join(pieces) == TEXT[:2000]
        assert min(map(len, pieces)) > 0
        assert max(map(len, pieces)) <= max(size, 4)


def test_short_files(tmp_path: Path) -> None:
    for content in (b"", b"a", b"\xef\xbb\xbf", b"\xef\xbb"):
        (tmp_path / "f").write_bytes(content)
        assert b"".join(stream_bytes(tmp_path / "f")) == content.removeprefix(b"\xef\xbb\xbf")


def read(path: Path) -> tuple[bytes, bool]:
    pieces = []
    try:
        for piece in stream_bytes(path):
            pieces.append(piece)
    except DamagedFileError:
        return b"".join(pieces), True
    return b"".join(pieces), False


@settings(deadline=None)
@given(st.integers(10, len(ZIPPED) - 1))
def test_what_comes_before_a_cut_is_there(tmp_path_factory, cut: int) -> None:
    path = tmp_path_factory.mktemp("gz") / "f"
    path.write_bytes(ZIPPED[:cut])
    found, damaged = read(path)
    assert damaged
    assert TEXT.startswith(found)
    assert len(found) > len(TEXT) * (cut / len(ZIPPED)) - 10_000


@settings(deadline=None)
@given(st.integers(10, len(ZIPPED) - 9))
def test_a_changed_byte_is_seen(tmp_path_factory, at: int) -> None:
    path = tmp_path_factory.mktemp("gz") / "f"
    path.write_bytes(ZIPPED[:at] + bytes([ZIPPED[at] ^ 255]) + ZIPPED[at + 1 :])
    assert read(path)[1]


def test_padding_between_and_after_members(tmp_path: Path) -> None:
    (tmp_path / "f").write_bytes(gzip.compress(b"a\n") + bytes(70_000) + gzip.compress(b"b\n") + bytes(9))
    assert read(tmp_path / "f") == (b"a\nb\n", False)


def test_missing(tmp_path: Path) -> None:
    with pytest.raises(UnreadableSourceError, match="no such file"):
        list(stream_bytes(tmp_path))
