from __future__ import annotations

from pathlib import Path

from rr_data.folder_exchange import exchange_folders


def folder(path: Path, content: str) -> Path:
    path.mkdir()
    (path / "file").write_text(content)
    return path


def test_names_swap(tmp_path: Path) -> None:
    first, second = folder(tmp_path / "first", "1"), folder(tmp_path / "second", "2")
    done = exchange_folders(first, second)
    expected = ("2", "1") if done else ("1", "2")
    assert ((first / "file").read_text(), (second / "file").read_text()) == expected


def test_nothing_to_swap_with(tmp_path: Path) -> None:
    first = folder(tmp_path / "first", "1")
    assert not exchange_folders(first, tmp_path / "missing")
    assert (first / "file").read_text() == "1"
