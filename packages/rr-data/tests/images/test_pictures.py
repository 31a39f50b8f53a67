from __future__ import annotations

import os
from contextlib import suppress
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

Image = pytest.importorskip("PIL.Image")

from rr_data.errors import ImageError  # noqa: E402
from rr_data.images import pictures  # noqa: E402
from rr_data.images.pictures import check_match, decode_picture, find_pictures, open_picture, read_picture  # noqa: E402


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


def test_a_photograph_without_transparency_is_resized_as_one_with_it() -> None:
    array = np.random.default_rng(0).integers(0, 256, (300, 500, 3), dtype=np.uint8)
    fitted = []
    for image in (Image.fromarray(array), Image.fromarray(array).convert("RGBA")):
        file = BytesIO()
        image.save(file, "PNG")
        fitted.append(np.asarray(decode_picture(file.getvalue(), "x"), dtype=int))
    assert np.abs(fitted[0] - fitted[1]).max() <= 2


def test_one_pixel_high_or_wide(tmp_path: Path) -> None:
    for size in ((5000, 1), (1, 5000), (1, 1)):
        Image.new("RGB", size).save(tmp_path / "p.png")
        assert open_picture(tmp_path / "p.png").size == (224, 224)


def test_formats_that_run_other_programs_are_not_opened(tmp_path: Path) -> None:
    file = BytesIO()
    Image.new("RGB", (10, 10)).save(file, "EPS")
    (tmp_path / "p.jpg").write_bytes(file.getvalue())
    with pytest.raises(ImageError, match=r"p\.jpg: not a picture of a known format"):
        open_picture(tmp_path / "p.jpg")


def test_what_is_not_a_file_is_not_read(tmp_path: Path, monkeypatch) -> None:
    os.mkfifo(tmp_path / "pipe.jpg")
    for name in ("pipe.jpg", "nothing.jpg", "."):
        with pytest.raises(ImageError, match="no such file"):
            read_picture(tmp_path / name)
    (tmp_path / "p.jpg").write_bytes(bytes(100))
    monkeypatch.setattr(pictures, "MAX_BYTES", 99)
    with pytest.raises(ImageError, match=r"p\.jpg: over"):
        read_picture(tmp_path / "p.jpg")


def _samples() -> list[bytes]:
    samples = []
    for name in ("JPEG", "PNG", "GIF", "WEBP", "BMP", "PPM"):
        file = BytesIO()
        Image.linear_gradient("L").resize((40, 30)).convert("RGB").save(file, name)
        samples.append(file.getvalue())
    return samples


@settings(max_examples=400, deadline=None)
@given(
    st.sampled_from(_samples()),
    st.lists(st.tuples(st.integers(0, 1 << 16), st.integers(0, 255)), max_size=8),
    st.none() | st.integers(0, 1 << 16),
)
def test_any_damage_is_a_picture_or_an_image_error(sample: bytes, damage: list[tuple[int, int]], cut) -> None:
    data = bytearray(sample)
    for place, value in damage:
        data[place % (200 if place % 2 else len(data)) % len(data)] = value
    with suppress(ImageError):
        assert decode_picture(bytes(data[:cut]), "x").size == (224, 224)


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=200))
def test_any_bytes_are_a_picture_or_an_image_error(data: bytes) -> None:
    with suppress(ImageError):
        decode_picture(data, "x")
