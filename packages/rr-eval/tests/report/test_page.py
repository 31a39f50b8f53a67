"""The page: self-contained, accessible, and saying what the data say."""

import base64
import re
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from rr_eval import InvalidArgumentError, evaluate
from rr_eval.report import (
    CostQualityChart,
    CurveChart,
    DecisionCase,
    DecisionGallery,
    Highlight,
    ItemCard,
    Phase,
    Provenance,
    RadarChart,
    ReliabilityDiagram,
    Report,
    ResultsTable,
    RouteTable,
    Series,
    ToolAnswer,
    render_report,
    report_html,
    risk_coverage_chart,
)

pytest.importorskip("jinja2")
PIXEL = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
VOID = {"meta", "link", "img", "br", "hr", "input"}


class Page(HTMLParser):
    """Collects tags, attributes and text, and checks that tags nest."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.text = ""
        self.feed(html)
        assert not self.open, f"never closed: {self.open}"

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        if self.open[-1:] != ["style"]:
            self.text += data

    def all(self, tag):
        return [attributes for name, attributes in self.tags if name == tag]

    @property
    def words(self):
        return " ".join(self.text.split())


@pytest.fixture
def picture(tmp_path):
    path = tmp_path / "picture.png"
    path.write_bytes(PIXEL)
    return path


@pytest.fixture
def full_report(routed, picture, tmp_path):
    def item(name: str, image: Path | None = picture) -> ItemCard:
        return ItemCard(name, f"Film <{name}>", image)

    torn = tmp_path / "torn.jpg"
    torn.write_bytes(b"not a picture")
    history = [item(f"h{n}") for n in range(13)] + [item("torn", torn), item("gone", tmp_path / "gone.jpg")]
    cases = [
        DecisionCase(
            heading="User 7",
            history=history,
            thought="Ask the tools & decide.",
            confidence=0.25,
            route="both",
            reason="EH 0.8 > 0.7",
            tool_answers=[ToolAnswer("neighbours", [item("a"), item("t")], 0.5), ToolAnswer("silent", [])],
            answer=[item("a"), item("t")],
            target=item("t"),
            evidence="evidence horizon 0.80 (high)",
        ),
        DecisionCase("User 8", [], "", None, "tools", "EH 0.1", [], [item("a")], item("t", None), rank=41.5),
    ]
    return Report(
        title="A <report>",
        summary="The agent wins & loses.",
        sections=[
            ResultsTable.from_evaluation(evaluate(routed, seed=0), reference="agent"),
            CurveChart(
                "Training",
                [Series("training loss", range(400), np.linspace(5, 1, 400)), Series("validation", [10], [3.5])],
                [Phase("Warm-up", 0, 200), Phase("Progressive", 200, 400)],
            ),
            RouteTable.from_predictions(routed, system="agent", seed=0),
            ReliabilityDiagram.from_predictions(routed, system="agent", k=1),
            CostQualityChart.from_evaluation(evaluate(routed, seed=0), metric="HR@5", spent="latency_ms"),
            RadarChart("Radar", ["HR@5", "NDCG@5", "MRR"], {"agent": [0.2, 0.1, 0.1], "tool <b>": [0.1, 0.1, 0.2]}),
            risk_coverage_chart(routed, systems=["agent"], k=5),
            DecisionGallery(cases),
        ],
        provenance=Provenance("nox -s demo", {"training": 7}, {"data": "ml-100k"}),
        highlights=[Highlight("0.2110", "HR@5", "best tool 0.1")],
    )


@pytest.fixture
def page(full_report):
    return Page(report_html(full_report))


def test_nothing_comes_from_outside(full_report, page):
    html = report_html(full_report)
    assert "<script" not in html
    assert not re.search(r"""(?:src|href)=["'](?!#|data:)|url\(|@import|https?://""", html)
    assert any("default-src 'none'" in (tag.get("content") or "") for tag in page.all("meta"))


def test_landmarks_headings_and_names(page):
    for landmark in ("header", "nav", "main", "footer"):
        assert page.all(landmark), landmark
    assert page.all("html") == [{"lang": "en"}]
    assert len(page.all("h1")) == 1
    levels = [int(tag[1]) for tag, _ in page.tags if re.fullmatch("h[1-6]", tag)]
    assert all(after <= before + 1 for before, after in pairwise(levels))
    ids = [attributes["id"] for _, attributes in page.tags if "id" in attributes]
    assert len(ids) == len(set(ids))
    targets = [attributes["aria-labelledby"] for _, attributes in page.tags if "aria-labelledby" in attributes]
    targets += [link["href"][1:] for link in page.all("a")]
    assert set(targets) <= set(ids)
    assert all(image["alt"] for image in page.all("img"))
    assert len(page.all("caption")) == len(page.all("table"))
    drawings = [svg for svg in page.all("svg") if svg.get("aria-hidden") != "true"]
    assert all(svg["role"] == "img" and svg["aria-labelledby"] for svg in drawings)
    assert all(tag.get("aria-label") for _, tag in page.tags if "tabindex" in tag)


def test_numbers_of_the_table_are_those_of_the_evaluation(page, routed):
    evaluation = evaluate(routed, seed=0)
    for score in evaluation.scores:
        assert f"{score.value:.4f} [{score.low:.4f}, {score.high:.4f}]" in page.words
    assert "seed 0" in page.words


def test_decisions_show_everything(page):
    for words in (
        "evidence horizon 0.80 (high)",
        "reasoner with tools high risk",
        "EH 0.8 > 0.7",
        "Ask the tools & decide.",
        "confidence 0.25",
        "neighbours confidence 0.50",
        "Hit, place 2",
        "and 7 earlier",
        "Miss, truth ranked 41.5",
        "Nothing yet: a new user.",
        "The reasoner was not asked.",
        "nox -s demo",
        "Film <t>",
    ):
        assert words in page.words, words
    # The truth is marked in the tool's answer, in the final answer and by itself; the second case has it once.
    assert page.words.count("truth") - page.words.count("truth ranked") == 4
    pictures = [image["src"] for image in page.all("img")]
    assert all(source.startswith("data:image/png;base64,") for source in pictures)
    # 6 of the 8 history items shown (two have no picture), 2 + 2 answers, the truth; then 1 answer.
    assert len(pictures) == 12


def test_text_of_the_data_is_escaped(full_report):
    html = report_html(full_report)
    assert "<report>" not in html
    assert "Film <" not in html


def test_tables_and_figures_are_numbered(page):
    assert [label in page.words for label in ("Table 1.", "Table 2.", "Figure 1.", "Figure 2.", "Table 3.")] == [
        True,
        True,
        True,
        True,
        False,
    ]


def test_a_band_is_explained_only_where_there_is_one(page):
    assert "the band behind it" in page.words
    short = Report("T", "S", [CurveChart("c", [Series("loss", [1, 2], [2.0, 1.0])])], Provenance("make"))
    assert "the band behind it" not in Page(report_html(short)).words


def test_rendering_writes_the_file_or_nothing(full_report, tmp_path):
    render_report(full_report, tmp_path / "report.html")
    assert (tmp_path / "report.html").read_text(encoding="utf-8") == report_html(full_report)
    with pytest.raises(InvalidArgumentError):
        render_report(full_report, tmp_path / "no" / "report.html")
    assert not list(tmp_path.glob(".*"))


def test_a_minimal_report():
    page = Page(report_html(Report("Title", "Summary", [], Provenance("make"))))
    assert not page.all("nav")
    assert "How to get these numbers make" in page.words
