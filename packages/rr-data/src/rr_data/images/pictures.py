"""Pictures in a folder, found by item id and brought to one size."""

from __future__ import annotations

import warnings
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from PIL import Image, ImageOps

from rr_data.errors import ImageError
from rr_data.images.covers import SIZE

SUFFIXES: Final = frozenset({".jpg", ".jpeg", ".png", ".webp", ".gif", ".bmp"})
_WHITE: Final = (255, 255, 255)


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
    """Refuse a folder of which no picture is named after an item.

    Raises:
        ImageError: says what was found and what would match.
    """
    stems, ids = set(found), sorted(item_ids)
    if ids and stems.isdisjoint(ids):
        raise ImageError(f"{folder}: pictures such as {min(stems)!r}, none named after an item id such as {ids[0]!r}")


def open_picture(path: Path) -> Image.Image:
    """Open a picture as 224x224 RGB: turned as its camera says, fitted whole, on white.

    Raises:
        ImageError: not a picture, damaged, or of a size that would fill the memory.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(path) as image:
                image.draft("RGB", (2 * SIZE, 2 * SIZE))
                turned = ImageOps.exif_transpose(image).convert("RGBA")
    except (OSError, ValueError, SyntaxError, EOFError, Image.DecompressionBombError, Warning) as error:
        raise ImageError(f"unreadable picture {path.name}: {str(error).replace(str(path), path.name)}") from error
    fitted = ImageOps.contain(turned, (SIZE, SIZE), Image.Resampling.LANCZOS)
    canvas = Image.new("RGB", (SIZE, SIZE), _WHITE)
    canvas.paste(fitted, ((SIZE - fitted.width) // 2, (SIZE - fitted.height) // 2), fitted)
    return canvas
