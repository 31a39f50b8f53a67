from __future__ import annotations

import html
import time

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rr_data.text_cleaning import clean, clean_text

SCRIPT = "var aPageStart = (new Date()).getTime();"
SIGNS = list("<>&;/'\"= \n\x00\u200b\x85abé")
WORDS = ["amp", "lt", "#38", "#x26", "num", "semi", "br", "<b>", "span id=", "script", "style", "!--", "-->"]
PIECES = st.sampled_from([*SIGNS, *WORDS, "getTime()", "var x = ", "<!doctype "])
TEXTS = st.lists(PIECES, max_size=30).map("".join) | st.text()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Maggiano&#39;s &amp; Co", "Maggiano's & Co"),
        ("R&amp;amp;D, &amp;lt;b&amp;gt;bold&amp;lt;/b&amp;gt;", "R&D, bold"),
        ("R&" + "amp;" * 50 + "D", "R&D"),
        ("caf&eacute; &#xe9; &#233;", "café é é"),
        ("a&nbsp;&nbsp;b", "a b"),
        ("AT&T, R&D; x?a=1&copy=2 &nosuch; &notit;", "AT&T, R&D; x?a=1&copy=2 &nosuch; &notit;"),
        ("a <b>bold</b> word", "a bold word"),
        ("one<br />two<BR>three<p class='x'>four", "one two three four"),
        ("H<sub>2</sub>O", "H2O"),
        ('<a href="http://x.example/?a=1&b=2" title="a > b">link</a>', "link"),
        ("I <3 it, a < b, x<y and z>w, a<b and b>c", "I <3 it, a < b, x<y and z>w, a<b and b>c"),
        ("<grin> <- ->", "<grin> <- ->"),
        ("text <!-- comment <b> --> more", "text more"),
        ("a text <script>if (a<b) {}</script> that is longer than it", "a text that is longer than it"),
        ("A good description that goes on <style>.a{}</style></script>", "A good description that goes on"),
        ("nice cup <img src='http://x.example/a.jpg", "nice cup"),
        (" a\t\n b\u3000c ", "a b c"),
        ("nul\x00l zero\u200bwidth\ufeff", "null zerowidth"),
        ("👩\u200d👧 stays", "👩\u200d👧 stays"),
        ("", None),
        (" \n<br>&nbsp;", None),
    ],
)
def test_clean(text: str, expected: str | None) -> None:
    assert clean(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        '<span id="productTitle" class="a-size-large">\n\n  Cup',
        "<span id='title'>Tea cup</span>",
        html.escape('<span id="productTitle" class="a-size-large">Cup</span>'),
        SCRIPT,
        f"<script>{SCRIPT}</script><meta charset='utf-8'>",
        f"<!doctype html><html><head><script>{SCRIPT}</script></head><body>{'A long page. ' * 100}</body></html>",
        "var ue_t0=ue_t0||+new Date();\nvar x = (new Date()).getTime();",
        "Amazon.com: Cup <script type='text/javascript'>window.ue_ihb = (window.ue_ihb || 0) + 1;</script>",
    ],
)
def test_pages_and_their_pieces_are_no_texts(text: str) -> None:
    assert clean(text) is None


def test_a_long_description_keeps_its_text_whatever_its_markup() -> None:
    words = "It keeps tea warm. " * 30
    assert clean(f"<div id='x'><style>{'.a{}' * 999}</style><span id='y'>{words}</span></div>") == words.strip()


def test_a_text_about_scripts_is_a_text() -> None:
    text = "In JavaScript, call (new Date()).getTime() to measure. var x = 1; works too."
    assert clean(text) == text


@settings(deadline=None)
@given(TEXTS)
def test_twice_is_once(text: str) -> None:
    once = clean(text)
    assert once is None or clean(once) == once


@settings(deadline=None)
@given(st.lists(TEXTS | st.none(), max_size=8))
def test_column_and_single_texts_agree(texts: list[str | None]) -> None:
    column = pl.DataFrame({"x": pl.Series(texts, dtype=pl.String)})
    before = column.clone()
    expected = [None if text is None else clean(text) for text in texts]
    assert column.select(clean_text(pl.col("x")))["x"].to_list() == expected
    assert column.equals(before)


@settings(deadline=None)
@given(st.text(alphabet=st.characters(exclude_categories=["C", "Z"], exclude_characters="<&"), min_size=1))
def test_plain_texts_stay(text: str) -> None:
    assert clean(text) == text


@settings(deadline=None)
@given(st.text(alphabet=st.characters(exclude_categories=["C", "Z"], exclude_characters="<&"), min_size=1))
def test_escaped_texts_come_back(text: str) -> None:
    assert clean(html.escape(html.escape(text))) == text


def test_lazy_and_without_texts() -> None:
    frame = pl.LazyFrame({"x": ["a &amp; b", None], "y": [None, None]})
    cleaned = frame.with_columns(clean_text(pl.col("x")), clean_text(pl.col("y"))).collect()
    assert cleaned.rows() == [("a & b", None), (None, None)]
    assert pl.DataFrame(schema={"x": pl.String}).select(clean_text(pl.col("x"))).rows() == []


@pytest.mark.parametrize(
    "text",
    [
        "&semi" * 100_000 + ";",
        "&" + "amp;" * 300_000,
        "<" * 300_000 + "b>" * 300_000,
        "<b \"'" * 200_000,
        "<!--" * 200_000,
        "<script>" * 200_000,
        "<a href=" * 200_000,
        "<span " + "id" * 300_000,
        "<b" + " " * 300_000,
        " " * 500_000 + "x",
        "&#" * 300_000,
    ],
    ids=lambda text: text[:8],
)
def test_hostile_texts_end_soon(text: str) -> None:
    began = time.process_time()
    clean(text)
    assert time.process_time() - began < 5
