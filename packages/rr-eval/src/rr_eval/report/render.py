"""Write a report as one self-contained HTML file."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from rr_eval.atomic import atomic_path
from rr_eval.errors import MissingExtraError
from rr_eval.report.document import Report, Section
from rr_eval.report.numbers import FILTERS

try:
    from jinja2 import Environment, PackageLoader, StrictUndefined
except ImportError:
    raise MissingExtraError("jinja2", "report") from None


def render_report(report: Report, path: str | Path) -> None:
    """Write `report` to `path`, whole or not at all.

    The page needs no network and no script, follows the reader's light or dark scheme, and reads on a phone.

    Raises:
        InvalidArgumentError: the folder does not exist or cannot be written.
    """
    html = report_html(report)
    with atomic_path(Path(path)) as temporary:
        temporary.write_text(html, encoding="utf-8")


def report_html(report: Report) -> str:
    """Return `report` as an HTML document; pictures are read now and travel inside it."""
    environment = Environment(
        loader=PackageLoader("rr_eval.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(FILTERS)
    return environment.get_template("page.html.j2").render(report=report, labels=_labels(report.sections))


def _labels(sections: Sequence[Section]) -> list[str]:
    """Number tables and figures each for themselves: "Table 1", "Figure 1", "Table 2"."""
    counts: dict[str, int] = {}
    labels = []
    for section in sections:
        counts[section.kind] = counts.get(section.kind, 0) + 1
        labels.append(f"{section.kind} {counts[section.kind]}" if section.kind else "")
    return labels
