from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

Image = pytest.importorskip("PIL.Image")

from rr_data.errors import ImageError  # noqa: E402
from rr_data.images.pictures import check_match, find_pictures, open_picture  # noqa: E402


def test_found_in_folder_and_direct_subfolders(tmp_path: Path) -> None:
    for name in ("a.jpg", "b.txt", "sub/a.png", "sub/c.JPEG", "sub/deep/d.jpg"):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(b"")
    assert find_pictures(tmp_path) == {"a": tmp_path / "a.jpg", "c": tmp_path / "sub" / "c.JPEG"}


def test_not_a_folder_of_pictures(tmp_path: Path) -> None:
    with pytest.raises(ImageError, match="no picture"):
        find_pictures(tmp_path)
    with pytest.raises(ImageError, match="not a folder"):
        find_pictures(tmp_path / "nowhere")


def test_names_must_match(tmp_path: Path) -> None:
    check_match(tmp_path, ["1", "x"], ["1", "2"])
    with pytest.raises(ImageError, match="'x', none named after an item id such as '1'"):
        check_match(tmp_path, ["x"], ["1", "2"])


@pytest.mark.parametrize("mode", ["RGB", "L", "P", "CMYK", "RGBA", "I;16"])
def test_every_mode_becomes_rgb(tmp_path: Path, mode: str) -> None:
    name = "p.jpg" if mode == "CMYK" else "p.png"
    Image.new(mode, (50, 100)).save(tmp_path / name)
    picture = open_picture(tmp_path / name)
    assert (picture.size, picture.mode) == ((224, 224), "RGB")
    assert picture.getpixel((0, 112)) == (255, 255, 255)


def test_fitted_whole(tmp_path: Path) -> None:
    Image.new("RGB", (400, 100), (200, 0, 0)).save(tmp_path / "p.png")
    picture = np.asarray(open_picture(tmp_path / "p.png"))
    assert (picture[112] == (200, 0, 0)).all()
    assert (picture[10] == 255).all()


def test_transparent_stands_on_white(tmp_path: Path) -> None:
    Image.new("RGBA", (10, 10), (0, 0, 0, 0)).save(tmp_path / "p.png")
    assert (np.asarray(open_picture(tmp_path / "p.png")) == 255).all()


def test_turned_as_the_camera_says(tmp_path: Path) -> None:
    image = Image.new("RGB", (100, 50), "white")
    image.paste((255, 0, 0), (0, 0, 50, 50))
    exif = Image.Exif()
    exif[0x0112] = 6
    image.save(tmp_path / "p.jpg", exif=exif, quality=95)
    picture = np.asarray(open_picture(tmp_path / "p.jpg"), dtype=int)
    assert picture[40, 112, 1] < 60
    assert picture[180, 112, 1] > 200


@pytest.mark.parametrize("content", [b"", b"nonsense", b"\xff\xd8\xff\xe0cut", b"GIF89a"])
def test_unreadable_is_named(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "p.jpg").write_bytes(content)
    with pytest.raises(ImageError, match=r"unreadable picture: .*p\.jpg|unreadable picture"):
        open_picture(tmp_path / "p.jpg")


def test_bomb_is_refused(tmp_path: Path, monkeypatch) -> None:
    Image.new("1", (200, 200)).save(tmp_path / "p.png")
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 100)
    with pytest.raises(ImageError, match="unreadable"):
        open_picture(tmp_path / "p.png")
