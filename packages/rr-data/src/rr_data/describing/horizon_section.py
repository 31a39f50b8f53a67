"""The evidence horizon on the page of a description."""

from __future__ import annotations

from rr_data.describing.bar_chart import column_chart, percent
from rr_data.describing.horizon_distribution import HorizonDistribution
from rr_data.describing.markup import Markup, element, section, table
from rr_data.description import Description
from rr_data.evidence.levels import LEVELS


def horizon_section(data: Description) -> Markup:
    """Shares of users by level under each normaliser, and a chart for each."""
    low, high = data.thresholds
    legend = "".join(f'<span class="key {level}"></span>{level}' for level in LEVELS)
    about = (
        f"1 is no evidence, 0 as much as anybody has; counted in training. Low is below {low:g}, high above {high:g} "
        f"(dashed). This dataset acts on {data.normalizer}."
    )
    rows = [
        (f"{own.normalizer} (acted on)" if own.normalizer == data.normalizer else own.normalizer, *_percents(own))
        for own in data.horizons
    ]
    charts = "".join(_horizon_chart(own, data.thresholds) for own in data.horizons)
    return section(
        "Evidence horizon of users",
        element("p", about),
        table("Share of users by level", ("normaliser", *LEVELS), rows, kinds=("", *["number"] * len(LEVELS))),
        Markup(f'<p class="quiet">{legend}</p><div class="pair">{charts}</div>'),
    )


def _percents(own: HorizonDistribution) -> list[str]:
    return [percent(share) for share in own.shares]


def _horizon_chart(own: HorizonDistribution, thresholds: tuple[float, float]) -> Markup:
    low, high = thresholds
    bins = len(own.histogram.counts)
    middles = [(place + 0.5) / bins for place in range(bins)]
    kinds = [LEVELS[0] if middle < low else LEVELS[2] if middle > high else LEVELS[1] for middle in middles]
    marks = {f"low below {low:g}": low, f"high above {high:g}": high}
    title = f"Evidence horizon, {own.normalizer}"
    return column_chart(title, "users", own.histogram, kinds=kinds, marks=marks, ends=("0", "1"))
