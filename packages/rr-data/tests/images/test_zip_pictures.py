from __future__ import annotations

import stat
import struct
import zipfile
from contextlib import suppress
from io import BytesIO
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

pytest.importorskip("PIL.Image")

from rr_data.errors import ImageError
from rr_data.images import zip_pictures
from rr_data.images.zip_pictures import ZipPictures


def write(path: Path, members: dict[str, bytes], method: int = zipfile.ZIP_STORED) -> Path:
    with zipfile.ZipFile(path, "w", method) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return path


def test_found_by_stem_in_any_folder(tmp_path: Path) -> None:
    members = {"posters/a.jpg": b"A", "b.PNG": b"B", "deep/er/c.webp": b"C", "deep/a.jpg": b"later? no: first in order"}
    others = {"readme.txt": b"", "__MACOSX/._a.jpg": b"", "folder.jpg/": b"", ".hidden.jpg": b""}
    source = ZipPictures.open(write(tmp_path / "z.zip", members | others))
    assert source.ids == {"a", "b", "c"}
    assert source.read("b") == b"B"
    assert source.read("a") == b"later? no: first in order"
    assert source.place("c") == tmp_path / "z.zip" / "deep/er/c.webp"
    source.close()


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("../x.jpg", r"leads out"),
        ("a/../../x.jpg", r"leads out"),
        ("..\\x.jpg", r"leads out"),
        ("/etc/x.jpg", "absolute"),
        ("\\\\host\\share\\x.jpg", "absolute"),
        ("C:\\x.jpg", "drive letter"),
        ("c:x.jpg", "drive letter"),
    ],
)
def test_path_tricks_are_refused_by_name(tmp_path: Path, name: str, says: str) -> None:
    source = ZipPictures.open(write(tmp_path / "z.zip", {name: b"evil", "good.jpg": b"good"}))
    assert source.ids == {"x", "good"}
    assert source.read("good") == b"good"
    with pytest.raises(ImageError, match=says) as error:
        source.read("x")
    assert repr(name) in str(error.value)


def test_a_sound_member_comes_before_a_trick_of_the_same_stem(tmp_path: Path) -> None:
    assert ZipPictures.open(write(tmp_path / "z.zip", {"../x.jpg": b"evil", "z/x.jpg": b"good"})).read("x") == b"good"


def test_a_nul_is_refused(tmp_path: Path) -> None:
    path = write(tmp_path / "z.zip", {"x.jpg_.png": b"evil"})
    path.write_bytes(path.read_bytes().replace(b"x.jpg_.png", b"x.jpg\0.png"))
    with pytest.raises(ImageError, match="a NUL"):
        ZipPictures.open(path).read("x")


@pytest.mark.parametrize("kind", [stat.S_IFLNK, stat.S_IFIFO, stat.S_IFCHR])
def test_links_and_devices_are_refused(tmp_path: Path, kind: int) -> None:
    member = zipfile.ZipInfo("x.jpg")
    member.create_system, member.external_attr = 3, (kind | 0o777) << 16
    with zipfile.ZipFile(tmp_path / "z.zip", "w") as archive:
        archive.writestr(member, b"/etc/passwd")
    with pytest.raises(ImageError, match="symbolic link"):
        ZipPictures.open(tmp_path / "z.zip").read("x")


def test_bombs_are_refused_by_ratio_and_by_size(tmp_path: Path, monkeypatch) -> None:
    path = write(tmp_path / "z.zip", {"x.jpg": bytes(3 << 20)}, zipfile.ZIP_DEFLATED)
    with pytest.raises(ImageError, match="-fold"):
        ZipPictures.open(path).read("x")
    monkeypatch.setattr(zip_pictures, "MAX_BYTES", 1 << 20)
    with pytest.raises(ImageError, match="at most 1,048,576"):
        ZipPictures.open(path).read("x")


def test_a_bomb_that_lies_about_its_size_stays_small(tmp_path: Path) -> None:
    path = write(tmp_path / "z.zip", {"x.jpg": bytes(3 << 20)}, zipfile.ZIP_DEFLATED)
    path.write_bytes(path.read_bytes().replace(struct.pack("<I", 3 << 20), struct.pack("<I", 1000)))
    with pytest.raises(ImageError, match="unreadable picture"):
        ZipPictures.open(path).read("x")


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_methods_without_a_limit_are_refused(tmp_path: Path, method: int) -> None:
    with pytest.raises(ImageError, match="compression method"):
        ZipPictures.open(write(tmp_path / "z.zip", {"x.jpg": b"x"}, method)).read("x")


def test_encrypted_is_refused(tmp_path: Path) -> None:
    path = write(tmp_path / "z.zip", {"x.jpg": b"x"})
    data = bytearray(path.read_bytes())
    data[data.rindex(b"PK\x01\x02") + 8] |= 1
    path.write_bytes(data)
    with pytest.raises(ImageError, match="encrypted"):
        ZipPictures.open(path).read("x")


@pytest.mark.parametrize("members", [{}, {"a.txt": b""}])
def test_without_a_picture(tmp_path: Path, members: dict[str, bytes]) -> None:
    with pytest.raises(ImageError, match="no picture"):
        ZipPictures.open(write(tmp_path / "z.zip", members))


def _sample() -> bytes:
    file = BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in ("a.jpg", "b/c.png", "../d.jpg"):
            archive.writestr(name, b"0123456789" * 40)
    return file.getvalue()


SAMPLE = _sample()
DAMAGE = st.lists(st.tuples(st.integers(0, len(SAMPLE) - 1), st.integers(0, 255)), max_size=12)


@settings(max_examples=300, deadline=None)
@given(DAMAGE, st.integers(0, len(SAMPLE)))
def test_a_damaged_zip_is_an_error_or_unreadable_pictures(tmp_path_factory, damage, cut: int) -> None:
    folder = tmp_path_factory.mktemp("zip")
    data = bytearray(SAMPLE)
    for place, value in damage:
        data[place] = value
    (folder / "z.zip").write_bytes(data[: max(cut, len(SAMPLE) // 2) if damage else cut])
    try:
        source = ZipPictures.open(folder / "z.zip")
    except ImageError:
        return
    for item_id in source.ids:
        with suppress(ImageError):
            assert isinstance(source.read(item_id), bytes)
        assert source.place(item_id).is_relative_to(folder / "z.zip")
    source.close()
    assert [path.name for path in folder.iterdir()] == ["z.zip"]
