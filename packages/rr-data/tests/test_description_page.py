from __future__ import annotations

import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rr_data.describing.histogram import Histogram
from rr_data.description import Description, describe
from rr_data.description_page import render_page, write_page
from rr_data.errors import OptionError
from rr_data.prepared import PreparedDataset

VOID = {"meta", "img", "br"}


class Outline(HTMLParser):
    """Notes the elements, and that each one ends where it should."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data


def outline(text: str) -> Outline:
    parsed = Outline()
    parsed.feed(text)
    parsed.close()
    assert parsed.open == []
    return parsed


@pytest.fixture
def description(prepared: PreparedDataset) -> Description:
    return describe(prepared)


def test_whole_and_alone(description: Description, tmp_path: Path) -> None:
    text = render_page(description, folder=tmp_path)
    page = outline(text)
    tags = {tag for tag, _ in page.seen}
    assert not tags & {"script", "link", "iframe", "object"}
    assert not re.search(r"https?:|url\(|@import", text)
    assert all(attributes["src"].startswith("data:") for tag, attributes in page.seen if tag == "img")
    assert "prefers-color-scheme: dark" in text
    assert ("meta", {"name": "viewport", "content": "width=device-width, initial-scale=1"}) in page.seen


def test_everything_is_on_it(description: Description, tmp_path: Path) -> None:
    page = outline(render_page(description, folder=tmp_path))
    headings = ["Parts of the split", "Leaks", "Sequence lengths", "Item popularity", "Evidence horizon of users"]
    for words in [
        *headings,
        "Cold-start groups",
        "Ratings",
        "Time",
        "Rows left out",
        "Some items",
        "Film a",
        "rank (acted on)",
    ]:
        assert words in page.text, words


def test_tables_have_captions_and_charts_have_words(description: Description, tmp_path: Path) -> None:
    page = outline(render_page(description, folder=tmp_path))
    tags = [tag for tag, _ in page.seen]
    assert tags.count("table") == tags.count("caption") > 0
    charts = [attributes for tag, attributes in page.seen if tag == "svg"]
    assert all(chart.get("aria-hidden") == "true" or chart.get("aria-label") for chart in charts)
    assert sum("aria-label" in chart for chart in charts) == 5  # four normalisers and the times


def test_what_is_absent_leaves_no_gap(description: Description, tmp_path: Path) -> None:
    poor = replace(
        description, ratings=None, times=None, leaks={}, groups=(), examples=(), rejected={"no item id": 1234}
    )
    page = outline(render_page(poor, folder=tmp_path))
    for words in ("Ratings", "Time", "Leaks", "Some items"):
        assert words not in page.text
    assert "no item id" in page.text
    assert "1,234" in page.text


@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(wild=st.one_of(st.text(), st.sampled_from(['"><script>x</script>', "</title>", "&lt;", "\x00'"])))
def test_any_text_stays_text(description: Description, tmp_path: Path, wild: str) -> None:
    plain = outline(render_page(replace(description, name="x", rejected={"x": 1}), folder=tmp_path))
    item = replace(description.examples[0], title=wild, item_id=wild, categories=(wild,))
    strange = replace(
        description,
        name=wild,
        rejected={wild: 1},
        examples=(item, *description.examples[1:]),
        ratings=Histogram((wild, *description.ratings.labels[1:]), description.ratings.counts),
    )
    page = outline(render_page(strange, folder=tmp_path))
    assert [tag for tag, _ in page.seen] == [tag for tag, _ in plain.seen]


def test_file_is_replaced_whole(description: Description, tmp_path: Path) -> None:
    target = tmp_path / "page.html"
    target.write_text("old")
    write_page(description, target, folder=tmp_path)
    assert target.read_text(encoding="utf-8") == render_page(description, folder=tmp_path)
    assert list(tmp_path.glob("*.part")) + list(tmp_path.glob(".*.part")) == []


def test_file_that_cannot_be_written(description: Description, tmp_path: Path) -> None:
    with pytest.raises(OptionError, match=r"nowhere.page\.html"):
        write_page(description, tmp_path / "nowhere" / "page.html", folder=tmp_path)
    with pytest.raises(OptionError, match="html"):
        write_page(description, tmp_path, folder=tmp_path)
