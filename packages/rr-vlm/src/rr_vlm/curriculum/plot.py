"""A curriculum as a picture (the paper's Fig. 2B), drawn without a plotting library."""

from __future__ import annotations

from xml.sax.saxutils import escape

import numpy as np
from numpy.typing import NDArray

from rr_vlm.curriculum.phases import CurriculumPlan

_WIDTH, _HEIGHT, _LEFT, _TOP = 640, 240, 48, 28
_COLOURS = {"low": "#4878a8", "medium": "#e0a458", "high": "#b5485d"}
_POINTS = 400
Axis = NDArray[np.float64]


def curriculum_svg(plan: CurriculumPlan) -> str:
    """Draw the shares of the levels over the steps as stacked areas, with the phases' boundaries.

    Args:
        plan: from `Curriculum.plan`.

    Returns:
        An SVG document of about 30 kB.

    Example:
        >>> from rr_vlm import Curriculum
        >>> svg = curriculum_svg(Curriculum().plan(100))
        >>> svg.startswith("<svg"), svg.count("<polygon")
        (True, 3)
    """
    n_steps = len(plan.steps)
    chosen = np.unique(np.linspace(0, n_steps - 1, min(_POINTS, n_steps)).round().astype(np.int64))
    x = _LEFT + _WIDTH * chosen / max(1, n_steps - 1)
    stacked = np.concatenate([np.zeros((len(chosen), 1)), plan.shares[chosen].cumsum(axis=1)], axis=1)
    y = _TOP + _HEIGHT * (1 - stacked)
    parts = [_polygon(x, y[:, level], y[:, level + 1], colour) for level, colour in enumerate(_COLOURS.values())]
    for phase, first in plan.boundaries().items():
        place = _LEFT + _WIDTH * first / max(1, n_steps - 1)
        parts.append(f'<line x1="{place:.1f}" x2="{place:.1f}" y1="{_TOP}" y2="{_TOP + _HEIGHT}" stroke="#222"/>')
        # The last phase is short: its name ends at the right edge.
        anchor = "start" if place < _LEFT + 0.8 * _WIDTH else "end"
        edge = place + 3 if anchor == "start" else _LEFT + _WIDTH
        parts.append(_text(edge, _TOP - 8, f"{phase.value}, from step {first}", anchor))
    parts += [_text(_LEFT - 6, _TOP + _HEIGHT * (1 - share) + 4, f"{share:.0%}", "end") for share in (0.0, 0.5, 1.0)]
    parts += [_text(_LEFT, _TOP + _HEIGHT + 18, "0"), _text(_LEFT + _WIDTH, _TOP + _HEIGHT + 18, str(n_steps), "end")]
    for place, (level, colour) in enumerate(_COLOURS.items()):
        left = _LEFT + 150 + 120 * place
        parts.append(f'<rect x="{left}" y="{_TOP + _HEIGHT + 9}" width="10" height="10" fill="{colour}"/>')
        parts.append(_text(left + 15, _TOP + _HEIGHT + 18, f"{level} horizon"))
    size = f'width="{_LEFT + _WIDTH + 16}" height="{_TOP + _HEIGHT + 30}"'
    style = 'font-family="sans-serif" font-size="11" fill="#222"'
    return f'<svg xmlns="http://www.w3.org/2000/svg" {size} {style}>{"".join(parts)}</svg>\n'


def _polygon(x: Axis, lower: Axis, upper: Axis, colour: str) -> str:
    outline = [*zip(x, lower, strict=True), *zip(x[::-1], upper[::-1], strict=True)]
    points = " ".join(f"{across:.1f},{down:.1f}" for across, down in outline)
    return f'<polygon points="{points}" fill="{colour}"/>'


def _text(x: float, y: float, text: str, anchor: str = "start") -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{escape(text)}</text>'
