"""Texts from web pages without entities, markup, control characters and superfluous blanks."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable
from html.entities import html5
from itertools import groupby
from typing import Final

import polars as pl

_BLOCKS: Final = (
    "address article aside blockquote body br button caption center col colgroup dd details dialog div dl dt embed "
    "fieldset figcaption figure footer form frame frameset h1 h2 h3 h4 h5 h6 head header hr html iframe img input "
    "label legend li link main map area meta nav noframes noscript object ol optgroup option p param picture pre "
    "script section select source style summary svg path "
    "table tbody td template textarea tfoot th thead title tr ul video audio"
)
_INLINES: Final = (
    "a abbr acronym b base bdi bdo big cite code data del dfn em font i ins kbd mark nobr o:p q s samp small span "
    "strike strong sub sup tt u var wbr"
)
# Signs that nobody sees: controls but for the blanks among them, soft hyphens, zero widths, directions.
_UNSEEN: Final = r"[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\u00ad\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff]"
# `a < b` and `x<y` are no tags: a tag has a name of HTML, and a name of one letter has no bare words after it.
_INSIDE: Final = r"""(?:(?:[^<>"']|"[^"<]*"|'[^'<]*')*|[^<>]*)>"""


def _one_of(names: Iterable[str]) -> str:
    """Parted by their first letters: so few alternatives are tried at a `<` that opens none of them."""
    by_letter = groupby(sorted(names), key=lambda name: name[0])
    return "|".join(f"{letter}(?:{'|'.join(name[1:] for name in those)})" for letter, those in by_letter)


def _tag(names: str) -> re.Pattern[str]:
    many = _one_of(name for name in names.split() if len(name) > 1)
    one = "".join(name for name in names.split() if len(name) == 1) or "a"
    attributes = rf"(?:\s+(?=[-\w:]+\s*=){_INSIDE}|\s*/?>)"
    return re.compile(rf"</?(?:(?:{many})(?=[\s/>]){_INSIDE}|[{one}]{attributes})", re.IGNORECASE)


_BLOCK_TAG: Final = _tag(_BLOCKS)
_INLINE_TAG: Final = _tag(_INLINES)
_CUT_TAG: Final = re.compile(r"<[a-z][a-z0-9]*\s+[-\w:]+\s*=[^<>]*\Z", re.IGNORECASE)
_HIDDEN: Final = re.compile(r"<!--.*?(?:-->|\Z)|<(script|style)\b[^<>]*>.*?(?:</\1\s*>|\Z)", re.IGNORECASE | re.DOTALL)
_DECLARATION: Final = re.compile(r"<!doctype\b[^<>]*>", re.IGNORECASE)
_ENTITY: Final = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});", re.ASCII)
_LAYERS: Final = re.compile(r"&(?:(?:amp|AMP|#0{0,5}38|#[xX]0{0,4}26);)+")

_PAGE: Final = re.compile(
    r"\A(?:<!doctype\b|<html\b|<head\b|<meta\b|var\s+\w+\s*=.*getTime\(\))|\bvar aPageStart\b",
    re.IGNORECASE | re.DOTALL,
)
_PIECE: Final = re.compile(r"<(?:span|div)\s[^<>]*\bid\b|<script\b|<style\b", re.IGNORECASE)
_SHORT: Final = 200
_ROUNDS: Final = 8
_ODD: Final = r"(?i)&#?[0-9a-z]+;|<[a-z/!]|^var\s|var aPageStart"
_ODD_SIGNS: Final = re.compile(_ODD)
_UNSEEN_SIGNS: Final = re.compile(_UNSEEN)


def clean(text: str) -> str | None:
    """A text without what belongs to a page and not to the text.

    - Entities are decoded, also those that were escaped more than once.
    - Tags go and their text stays; tags that break a line leave a blank. Scripts, styles and comments go whole.
    - Unseen signs go; blanks of any kind become single spaces.
    - A page, or a short piece of one, is no text: what opens as a document or a script, and what has elements with
      ids, scripts or styles and more markup than text (under 200 characters of it).

    Returns:
        The text, or None where nothing is left. Cleaning twice changes nothing. A text that is still changing after
        eight rounds, with tags and escapes inside one another, was made to do so: None.

    Example:
        >>> clean("Salt &amp;amp; <b>Pepper</b><br />Set, a < b"), clean(" <br> ")
        ('Salt & Pepper Set, a < b', None)
        >>> clean('<span id="productTitle" class="a-size-large">') is None
        True
    """
    text = _without_blanks(text)
    if not _ODD_SIGNS.search(text):
        return text or None
    for _ in range(_ROUNDS):
        cleaned = _cleaned_once(text)
        if cleaned is None or cleaned == text:
            return cleaned or None
        text = cleaned
    return None


def clean_text(text: pl.Expr) -> pl.Expr:
    """`clean` for a column of texts; null stays null. Only rows with anything odd in them pass through Python.

    Example:
        >>> titles = pl.DataFrame({"title": ["Tea &amp; Co", "  a\\tb ", "", None]})
        >>> titles.select(clean_text(pl.col("title")))["title"].to_list()
        ['Tea & Co', 'a b', None, None]
    """
    return text.cast(pl.String).map_batches(_clean_series, return_dtype=pl.String)


def _clean_series(texts: pl.Series) -> pl.Series:
    plain = texts.str.replace_all(_UNSEEN, "").str.replace_all(r"\s+", " ").str.strip_chars(" ")
    odd = plain.str.contains(_ODD).fill_null(False)
    if odd.any():
        at = odd.arg_true()
        plain = plain.scatter(at, pl.Series([clean(text) for text in plain.gather(at)], dtype=pl.String))
    return plain.set(plain == "", None)


def _cleaned_once(text: str) -> str | None:
    """One round; None for a page or a piece of one."""
    whole = _without_blanks(_decoded(text))
    if _PAGE.search(whole):
        return None
    if "<" not in whole:
        return whole
    rest = _INLINE_TAG.sub("", _BLOCK_TAG.sub(" ", _DECLARATION.sub(" ", _HIDDEN.sub(" ", whole))))
    rest = _without_blanks(_without_cut_tags(rest))
    if len(rest) < _SHORT and 2 * len(rest) < len(whole) and _PIECE.search(whole):
        return None
    return rest


def _without_cut_tags(text: str) -> str:
    """Without the tags at the end that were cut off before their `>`."""
    end = len(text)
    while (start := text.rfind("<", 0, end)) >= 0 and _CUT_TAG.match(text, start, end):
        end = start
    return text[:end]


def _decoded(text: str) -> str:
    return _ENTITY.sub(_character, _LAYERS.sub("&", text)) if "&" in text else text


def _character(entity: re.Match[str]) -> str:
    name = entity[0][1:]
    return html.unescape(entity[0]) if name.startswith("#") or name in html5 else entity[0]


def _without_blanks(text: str) -> str:
    if not text.isprintable():  # as all unseen signs are not, and no blank but the space
        text = _UNSEEN_SIGNS.sub("", text)
    return " ".join(text.split())
