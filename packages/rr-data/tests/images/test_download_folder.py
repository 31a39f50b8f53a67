from __future__ import annotations

from pathlib import Path

import pytest

from rr_data.errors import ImageError
from rr_data.images.download_folder import DownloadFolder


def test_kept_and_found_again(tmp_path: Path) -> None:
    path = DownloadFolder(tmp_path / "d").add("http://a/1", b"one")
    assert path.read_bytes() == b"one"
    again = DownloadFolder(tmp_path / "d")
    assert again.get("http://a/1") == path
    assert again.get("http://a/2") is None


def test_damaged_and_vanished_files_are_not_given(tmp_path: Path) -> None:
    folder = DownloadFolder(tmp_path)
    path = folder.add("http://a/1", b"one")
    path.write_bytes(b"on")
    assert DownloadFolder(tmp_path).get("http://a/1") is None
    path.unlink()
    assert folder.get("http://a/1") is None


def test_half_written_files_are_cleared_and_others_left(tmp_path: Path) -> None:
    (tmp_path / f"{'0' * 64}.partial").write_bytes(b"ha")
    (tmp_path / "thesis.txt").write_text("precious")
    DownloadFolder(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.txt"]


def test_addresses_name_no_path(tmp_path: Path) -> None:
    folder = DownloadFolder(tmp_path / "d")
    for url in ("../../x", "/etc/x", "\0", "\ud800", "x" * 10_000):
        assert folder.add(url, b"x").parent == tmp_path / "d"


def test_a_file_in_the_way(tmp_path: Path) -> None:
    (tmp_path / "d").write_text("")
    with pytest.raises(ImageError, match="cannot be kept"):
        DownloadFolder(tmp_path / "d")
