from __future__ import annotations

from pathlib import Path

import pytest

from rr_data.images.linked_files import link_file


def test_one_file_with_two_names(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("x")
    link_file(tmp_path / "a", tmp_path / "b")
    assert (tmp_path / "a").samefile(tmp_path / "b")


@pytest.mark.parametrize("error", [PermissionError, NotImplementedError])
def test_a_copy_where_links_are_refused(tmp_path: Path, monkeypatch, error: type[Exception]) -> None:
    def refuse(*arguments: object, **options: object) -> None:
        raise error

    monkeypatch.setattr("os.link", refuse)
    (tmp_path / "a").write_text("x")
    link_file(tmp_path / "a", tmp_path / "b")
    assert (tmp_path / "b").read_text() == "x"
    assert not (tmp_path / "a").samefile(tmp_path / "b")
