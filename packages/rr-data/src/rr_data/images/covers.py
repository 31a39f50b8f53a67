"""Covers rendered from title, year and categories, for items without a picture.

Items of the same categories share a palette, so a cover carries what an item is about; the same item always gets the
same cover.
"""

from __future__ import annotations

import colorsys
import hashlib
from collections.abc import Sequence
from functools import cache
from typing import Final

from PIL import Image, ImageDraw, ImageFont

SIZE: Final = 224
_SCALE: Final = 2  # drawn twice as large and reduced, for smooth edges
_MARGIN: Final = 18
_PAPER: Final = (250, 246, 238)
_TITLE_SIZES: Final = (34, 30, 26, 23, 20, 17, 15)
_TITLE_LINES: Final = 5
_TITLE_TOP, _TITLE_BOTTOM = 52, 186
_SMALL: Final = 12
_Color = tuple[int, int, int]
_Font = ImageFont.FreeTypeFont | ImageFont.ImageFont


def render_cover(title: str, *, year: int | None = None, categories: Sequence[str] = ()) -> Image.Image:
    """Render a cover.

    Args:
        title: wrapped, reduced and at last cut to fit.
        year: written at the foot; None leaves it out.
        categories: written at the head; they choose the colours, in any order.

    Returns:
        A 224x224 RGB picture.

    Example:
        >>> render_cover("Toy Story", year=1995, categories=["Comedy"]).size
        (224, 224)
    """
    dark, light, accent = _palette(categories)
    image = _gradient(dark, light)
    _decorate(image, accent, seed=_digest(title))
    draw = ImageDraw.Draw(image)
    _write(draw, (_MARGIN, 20), " · ".join(categories[:3]).upper(), _SMALL, accent)
    _write_title(draw, title)
    _rule(draw, accent)
    _write(draw, (_MARGIN, 196), "" if year is None else str(year), _SMALL + 2, _PAPER)
    return image.resize((SIZE, SIZE), Image.Resampling.LANCZOS)


def _digest(text: str) -> bytes:
    return hashlib.sha256(text.encode(errors="surrogatepass")).digest()


def _palette(categories: Sequence[str]) -> tuple[_Color, _Color, _Color]:
    """A dark and a lighter ground of one hue, and an accent from across the colour wheel."""
    digest = _digest("\n".join(sorted(categories)))
    hue = int.from_bytes(digest[:2], "big") / 65536
    drift = 0.05 + digest[2] / 255 * 0.06
    across = hue + 0.42 + digest[3] / 255 * 0.16
    return _color(hue, 0.68, 0.24), _color(hue + drift, 0.62, 0.50), _color(across, 0.42, 0.96)


def _color(hue: float, saturation: float, value: float) -> _Color:
    red, green, blue = colorsys.hsv_to_rgb(hue % 1.0, saturation, value)
    return round(red * 255), round(green * 255), round(blue * 255)


def _gradient(dark: _Color, light: _Color) -> Image.Image:
    size = (SIZE * _SCALE, SIZE * _SCALE)
    return Image.composite(Image.new("RGB", size, light), Image.new("RGB", size, dark), _ramp())


@cache
def _ramp() -> Image.Image:
    """The gradient's share of the lighter colour: the same for every cover, and a third of the time that one takes."""
    side = SIZE * _SCALE
    return Image.linear_gradient("L").rotate(35, Image.Resampling.BICUBIC).crop((46, 46, 210, 210)).resize((side, side))


def _decorate(image: Image.Image, accent: _Color, *, seed: bytes) -> None:
    """Faint circles, bars or waves behind the text; the title's digest chooses which and where."""
    layer = Image.new("L", image.size, 0)
    draw = ImageDraw.Draw(layer)
    side = image.width
    x, y = side * (0.55 + seed[1] / 255 * 0.4), side * (0.1 + seed[2] / 255 * 0.8)
    match seed[0] % 3:
        case 0:
            for radius in range(side // 14, side, side // 9):
                box = (x - radius, y - radius, x + radius, y + radius)
                draw.ellipse(box, outline=46, width=side // 40)
        case 1:
            lean, step = side * (0.3 + seed[3] / 255 * 0.5), side // 7
            for place in range(-side, 2 * side, step):
                draw.line((place, side, place + lean, 0), fill=34, width=step // 3)
        case _:
            for share, strength in ((0.62, 30), (0.42, 40), (0.22, 54)):
                reach = side * share
                draw.ellipse((x - reach, y - reach, x + reach, y + reach), fill=strength)
    image.paste(Image.new("RGB", image.size, accent), mask=layer)


def _write(draw: ImageDraw.ImageDraw, place: tuple[int, int], text: str, size: int, color: _Color) -> None:
    font = _font(size)
    shown = _shortened(text, font, (SIZE - 2 * _MARGIN) * _SCALE)
    draw.text((place[0] * _SCALE, place[1] * _SCALE), shown, font=font, fill=color)


def _rule(draw: ImageDraw.ImageDraw, accent: _Color) -> None:
    left, top = _MARGIN * _SCALE, 40 * _SCALE
    draw.rectangle((left, top, left + 26 * _SCALE, top + 3 * _SCALE), fill=accent)


def _write_title(draw: ImageDraw.ImageDraw, title: str) -> None:
    size, lines = _fitted(title)
    step = round(size * 1.16)
    start = _TITLE_TOP + max(0, (_TITLE_BOTTOM - _TITLE_TOP - step * len(lines)) // 2)
    font = _font(size)
    for row, line in enumerate(lines):
        place = (_MARGIN * _SCALE, (start + row * step) * _SCALE)
        draw.text((place[0], place[1] + _SCALE), line, font=font, fill=(0, 0, 0))
        draw.text(place, line, font=font, fill=_PAPER)


def _fitted(title: str) -> tuple[int, list[str]]:
    """The largest size at which the wrapped title fits, and its lines; the smallest size cuts what does not fit."""
    width = (SIZE - 2 * _MARGIN) * _SCALE
    for size in _TITLE_SIZES:
        font = _font(size)
        lines = _wrapped(title, font, width)
        fits = all(font.getlength(line) <= width for line in lines)
        if fits and len(lines) <= _TITLE_LINES and len(lines) * size * 1.16 <= _TITLE_BOTTOM - _TITLE_TOP:
            return size, lines
    lines = [_shortened(line, font, width) for line in lines]
    room = int((_TITLE_BOTTOM - _TITLE_TOP) / (size * 1.16))
    if len(lines) > room:
        lines = [*lines[: room - 1], _shortened(f"{lines[room - 1]} …", font, width)]
    return size, lines


def _wrapped(text: str, font: _Font, width: int) -> list[str]:
    lines: list[str] = []
    for word in text.split():
        if lines and font.getlength(f"{lines[-1]} {word}") <= width:
            lines[-1] += f" {word}"
        else:
            lines.append(word)
    return lines


def _shortened(text: str, font: _Font, width: int) -> str:
    if font.getlength(text) <= width:
        return text
    while text and font.getlength(f"{text}…") > width:
        text = text[:-1]
    return f"{text.rstrip()}…"


@cache
def _font(size: int) -> _Font:
    return ImageFont.load_default(size * _SCALE)
