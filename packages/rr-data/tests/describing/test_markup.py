from __future__ import annotations

from rr_data.describing.markup import Markup, element, escaped, joined, table


def test_text_is_escaped_once() -> None:
    assert escaped(escaped('<a href="x">&')) == "&lt;a href=&quot;x&quot;&gt;&amp;"


def test_control_characters_become_spaces() -> None:
    assert escaped("a\x00b\x1bc\u202ed") == "a b c d"


def test_element_and_joined() -> None:
    assert element("p", Markup("<i>x</i>")) == "<p><i>x</i></p>"
    assert joined(["<", Markup("<br>")]) == "&lt;\n<br>"


def test_table_names_rows_and_columns() -> None:
    text = table("c & d", ("a", "b"), [("<x>", 1)], kinds=("", "number"))
    assert "<caption>c &amp; d</caption>" in text
    assert '<th scope="col" class="number">b</th>' in text
    assert '<th scope="row" class="">&lt;x&gt;</th><td class="number">1</td>' in text
