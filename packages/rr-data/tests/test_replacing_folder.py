from __future__ import annotations

from pathlib import Path

import pytest

from rr_data.errors import PreparedDatasetError
from rr_data.replacing_folder import replacing_folder

MANIFEST = '{"kind": "prepared-dataset"}'


def make(folder: Path, text: str) -> None:
    folder.mkdir()
    (folder / "manifest.json").write_text(MANIFEST)
    (folder / "data").write_text(text)


def test_new(tmp_path: Path) -> None:
    with replacing_folder(tmp_path / "deep" / "out") as folder:
        (folder / "data").write_text("new")
        assert not (tmp_path / "deep" / "out").exists()
    assert [path.name for path in (tmp_path / "deep").iterdir()] == ["out"]
    assert (tmp_path / "deep" / "out" / "data").read_text() == "new"


def test_replaced(tmp_path: Path) -> None:
    make(tmp_path / "out", "old")
    with replacing_folder(tmp_path / "out") as folder:
        (folder / "data").write_text("new")
    assert (tmp_path / "out" / "data").read_text() == "new"
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt])
def test_failed(tmp_path: Path, error: type[BaseException]) -> None:
    make(tmp_path / "out", "old")

    def write() -> None:
        with replacing_folder(tmp_path / "out") as folder:
            (folder / "data").write_text("new")
            raise error

    with pytest.raises(error):
        write()
    assert (tmp_path / "out" / "data").read_text() == "old"
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_what_a_killed_run_left_is_cleared(tmp_path: Path) -> None:
    make(tmp_path / ".out.partial", "half")
    make(tmp_path / ".out.previous", "old")
    with replacing_folder(tmp_path / "out") as folder:
        assert list(folder.iterdir()) == []
        assert (tmp_path / "out" / "data").read_text() == "old"
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_foreign_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "manifest.json").write_text('{"kind": "tool-artifact"}')
    with pytest.raises(PreparedDatasetError), replacing_folder(tmp_path / "out"):
        pass
    assert (tmp_path / "out" / "manifest.json").exists()
