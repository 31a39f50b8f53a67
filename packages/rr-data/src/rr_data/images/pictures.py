"""Pictures: found in a folder by item id, decoded and brought to one size."""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from typing import Final

from PIL import Image, ImageOps

from rr_data.errors import ImageError
from rr_data.images.covers import SIZE

SUFFIXES: Final = frozenset({".jpg", ".jpeg", ".png", ".webp", ".gif", ".bmp"})
MAX_BYTES: Final = 64 << 20
# Pillow would open more than these, some through other programs (EPS by Ghostscript).
_FORMATS: Final = ("JPEG", "PNG", "WEBP", "GIF", "BMP", "PPM")
_WHITE: Final = (255, 255, 255)
_REDUCING_GAP: Final = 3.0  # a large picture is first reduced by a whole factor, to thrice the wanted size at least


def find_pictures(folder: Path) -> dict[str, Path]:
    """Pictures by stem, in a folder and its direct subfolders; among equal stems the first path in order counts.

    Raises:
        ImageError: not a folder, or no picture in it.
    """
    if not folder.is_dir():
        raise ImageError(f"{folder}: not a folder; give one with a picture an item, named ITEM_ID.jpg, or 'covers'")
    folders = [folder, *(path for path in sorted(folder.iterdir()) if path.is_dir())]
    found: dict[str, Path] = {}
    for place in folders:
        for path in sorted(place.iterdir()):
            if path.suffix.lower() in SUFFIXES and path.is_file():
                found.setdefault(path.stem, path)
    if not found:
        raise ImageError(f"{folder}: no picture in it or its direct subfolders; expected {', '.join(sorted(SUFFIXES))}")
    return found


def check_match(folder: Path, found: Iterable[str], item_ids: Iterable[str]) -> None:
    """Refuse pictures of which none is named after an item.

    Raises:
        ImageError: says what was found and what would match.
    """
    stems, ids = set(found), sorted(item_ids)
    if stems and ids and stems.isdisjoint(ids):
        raise ImageError(f"{folder}: pictures such as {min(stems)!r}, none named after an item id such as {ids[0]!r}")


def read_picture(path: Path) -> bytes:
    """The bytes of a picture's file.

    Raises:
        ImageError: no such file, not a file, or over `MAX_BYTES`.
    """
    try:
        if not path.is_file():  # a pipe or a device could be read for ever
            raise ImageError(f"unreadable picture {path.name}: no such file")
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise ImageError(f"unreadable picture {path.name}: {reason}") from error
    if len(data) > MAX_BYTES:
        raise ImageError(f"unreadable picture {path.name}: over {MAX_BYTES >> 20} MiB")
    return data


def open_picture(path: Path) -> Image.Image:
    """Open a picture as 224x224 RGB: turned as its camera says, fitted whole, on white.

    Raises:
        ImageError: not a picture, damaged, or of a size that would fill the memory.
    """
    with refusing_bombs():
        return decode_picture(read_picture(path), path.name)


def decode_picture(data: bytes, name: str) -> Image.Image:
    """Decode a picture as `open_picture` does; JPEG, PNG, WebP, GIF (its first frame), BMP, PPM.

    Args:
        data: the picture's file.
        name: what to call it in an error.

    Raises:
        ImageError: not a picture, damaged, or of a size that would fill the memory.
    """
    try:
        with Image.open(BytesIO(data), formats=_FORMATS) as image:
            if Image.MAX_IMAGE_PIXELS and image.width * image.height > Image.MAX_IMAGE_PIXELS:
                raise ImageError(f"unreadable picture {name}: {image.width}x{image.height} pixels")
            image.draft("RGB", (2 * SIZE, 2 * SIZE))
            return _fitted(ImageOps.exif_transpose(image))
    except ImageError:
        raise
    except Exception as error:  # what decoders raise on wild input is of every kind
        raise ImageError(f"unreadable picture {name}: {_reason(error)}") from error


@contextmanager
def refusing_bombs() -> Iterator[None]:
    """Make Pillow's warning of a picture that would fill the memory an error, for all threads: enter it once."""
    with warnings.catch_warnings():
        warnings.simplefilter("error", Image.DecompressionBombWarning)
        yield


def _fitted(image: Image.Image) -> Image.Image:
    """Only what may be transparent is worked on in four channels, which takes twice the time."""
    image = image.convert("RGBA" if image.has_transparency_data else "RGB")
    share = min(SIZE / image.width, SIZE / image.height)
    size = max(1, round(image.width * share)), max(1, round(image.height * share))
    fitted = image.resize(size, Image.Resampling.LANCZOS, reducing_gap=_REDUCING_GAP)
    canvas = Image.new("RGB", (SIZE, SIZE), _WHITE)
    place = (SIZE - fitted.width) // 2, (SIZE - fitted.height) // 2
    canvas.paste(fitted, place, fitted if fitted.mode == "RGBA" else None)
    return canvas


def _reason(error: Exception) -> str:
    text = " ".join(str(error).split())
    return "not a picture of a known format" if "cannot identify" in text else text or type(error).__name__
