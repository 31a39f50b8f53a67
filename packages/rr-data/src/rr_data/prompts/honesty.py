"""Do tools answer training queries as they answer new ones?

`check_honest` compares two rates; here the rates come from predictions tables, and chance is allowed for. With a few
hundred users an honest tool's two hit rates differ by more than a fifth every so often, so a gap is refused only where
it is over the limit beyond doubt: at the lower end of an interval.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from rr_data.errors import DishonestEvidenceError, EvidenceError
from rr_data.prompts.hits import HIT
from rr_data.prompts.predictions_files import SYSTEM, USER_ID

_ONE_SIDED_99: Final = 2.3263  # standard normal quantile


@dataclass(frozen=True, slots=True)
class HonestyGap:
    """How much better one tool does inside the traces.

    Attributes:
        tool: its name.
        queries: how many training queries it answered.
        hit_rate: there.
        validation_queries: how many validation queries it answered.
        validation_hit_rate: there.
        gap: `hit_rate / validation_hit_rate - 1`, or None where validation has no hit.
        gap_at_least: the lower end of the one-sided 99 % interval of that gap.
    """

    tool: str
    queries: int
    hit_rate: float
    validation_queries: int
    validation_hit_rate: float
    gap: float | None
    gap_at_least: float


def honesty_gaps(training: pl.DataFrame, validation: pl.DataFrame, tools: Sequence[str]) -> list[HonestyGap]:
    """Compare each tool's hits on training and on validation queries.

    The interval is that of a log ratio of two rates; queries of one user count as one draw, since they hit or miss
    together (delta method for ratios of sums over users). Half a hit and half a miss are added to each rate.

    Args:
        training: a `hit_table`, before any noise.
        validation: another one.
        tools: the tools to compare; those without training answers are passed over.

    Raises:
        EvidenceError: a tool without validation answers.
    """
    gaps = []
    for tool in tools:
        inside, new = (table.filter(pl.col(SYSTEM) == tool) for table in (training, validation))
        if not inside.height:
            continue
        if not new.height:
            raise EvidenceError(f"validation predictions: none by {tool!r}, so its honesty cannot be told; add them")
        gaps.append(_gap(tool, inside, new))
    return gaps


def refuse_dishonest(gaps: Sequence[HonestyGap], max_gap: float = 0.2) -> None:
    """Refuse tools that do better inside the traces than on new queries, by more than `max_gap` beyond doubt.

    A tool whose true gap is at the limit is refused in about 1 % of cases, and one without a gap hardly ever. The other
    way round, few queries cannot show a small gap: see `gap_at_least` beside `gap`.

    Raises:
        DishonestEvidenceError: names the tool with the largest gap.
    """
    worst = max(gaps, key=lambda gap: gap.gap_at_least, default=None)
    if worst is not None and worst.gap_at_least > max_gap:
        raise DishonestEvidenceError(
            f"{worst.tool} hits {worst.hit_rate:.4f} inside the traces ({worst.queries} queries) and "
            f"{worst.validation_hit_rate:.4f} on validation ({worst.validation_queries}), a gap of at least "
            f"{worst.gap_at_least:.0%} (one-sided 99 % interval) and so over {max_gap:.0%}; answer training queries "
            "with tools that never saw their targets"
        )


def _gap(tool: str, inside: pl.DataFrame, new: pl.DataFrame) -> HonestyGap:
    rate, rate_error = _rate(inside)
    new_rate, new_error = _rate(new)
    shown, hoped = float(inside[HIT].sum() / inside.height), float(new[HIT].sum() / new.height)
    least = float(np.exp(np.log(rate / new_rate) - _ONE_SIDED_99 * np.hypot(rate_error, new_error)) - 1)
    return HonestyGap(
        tool=tool,
        queries=inside.height,
        hit_rate=shown,
        validation_queries=new.height,
        validation_hit_rate=hoped,
        gap=shown / hoped - 1 if hoped else None,
        gap_at_least=least,
    )


def _rate(table: pl.DataFrame) -> tuple[float, float]:
    """The rate with half a hit and half a miss more, and the standard error of its logarithm."""
    by_user = table.group_by(USER_ID).agg(pl.col(HIT).sum().alias("hits"), pl.len().alias("queries"))
    hits, queries = (by_user[name].to_numpy().astype(np.float64) for name in ("hits", "queries"))
    n = float(queries.sum())
    rate = (float(hits.sum()) + 0.5) / (n + 1)
    residuals: NDArray[np.float64] = hits - rate * queries
    clustered = float((residuals**2).sum()) / n**2
    return rate, float(np.sqrt(max(clustered, rate * (1 - rate) / n)) / rate)
