from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from rr_data.errors import UnreadableSourceError
from rr_data.sources.raw_files import file_or_gzip, first_line


def test_file_or_gzip(tmp_path: Path) -> None:
    assert file_or_gzip(tmp_path, "x") is None
    (tmp_path / "x.gz").write_bytes(b"")
    assert file_or_gzip(tmp_path, "x") == tmp_path / "x.gz"
    (tmp_path / "x").write_bytes(b"")
    assert file_or_gzip(tmp_path, "x") == tmp_path / "x"


def test_first_line(tmp_path: Path) -> None:
    (tmp_path / "x").write_bytes(gzip.compress(b"a\xff,b\n1,2\n"))
    assert first_line(tmp_path / "x") == "a\ufffd,b"
    with pytest.raises(UnreadableSourceError, match="nowhere"):
        first_line(tmp_path / "nowhere")
