"""What the tasks beside sequential recommendation need: candidate lists, clicks, reviews, explanations.

One split governs all of them: a click or an explanation belongs to the part of its interaction, so that no pair of user
and item is trained on in one task and tested in another. VIP5 draws its explanation split by itself, and a model that
trains on all tasks then sees about 80 % of the sequential test pairs; `compat="vip5"` reproduces that.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from rr_data.columns import Columns
from rr_data.errors import LeakError, OptionError
from rr_data.explanation_table import explanation_table, review_table, rows_of
from rr_data.progress import Progress
from rr_data.sampling.candidates import draw_candidates, source_candidates
from rr_data.sampling.ctr_negatives import draw_ctr_negatives
from rr_data.sequences import Sequences
from rr_data.settings import DatasetSettings
from rr_data.sources.source import RawData
from rr_data.splits.leaks import next_integers_hit_rate
from rr_data.splits.parts import PARTS, TEST, VALIDATION
from rr_data.task_leaks import PAIR, PART_CODE, leaks_across_tasks, repeated_across_parts

EVALUATED: Final = (VALIDATION, TEST)


@dataclass(frozen=True, slots=True, eq=False)
class TaskTables:
    """Tables of the tasks; None where there is nothing.

    Attributes:
        candidates: `columns.CANDIDATES` by part; empty without candidate lists.
        ctr: `columns.CTR`.
        reviews: `columns.REVIEWS`.
        explanations: `columns.EXPLANATIONS`.
        leaks: what the manifest says about leaks.
    """

    candidates: Mapping[str, pl.DataFrame]
    ctr: pl.DataFrame | None
    reviews: pl.DataFrame | None
    explanations: pl.DataFrame | None
    leaks: Mapping[str, Any]


def task_tables(
    raw: RawData,
    ordered: pl.DataFrame,
    parts: NDArray[np.int8],
    *,
    users: pl.DataFrame,
    items: pl.DataFrame,
    item_counts: pl.Series,
    settings: DatasetSettings,
    progress: Progress,
) -> TaskTables:
    """Make the tables of the tasks.

    Args:
        raw: what the source found.
        ordered: interactions in order, with codes, `file` and `line`.
        parts: [interactions] part of each.
        users: `user_id` and `user`.
        items: `item_id` and `item`.
        item_counts: training interactions of each item code.
        settings: the dataset's.
        progress: called with a step's name, how much is done, and how much there is.

    Raises:
        MissingExtraError: explanations are to be extracted, and their extra is not installed.
        OptionError: explanations are to be extracted, and there are no reviews.
        LeakError: a leak across tasks that was not asked for.
    """
    pairs = ordered.select(Columns.USER, Columns.ITEM).with_columns(pl.Series(PART_CODE, parts))
    histories = _sequences(pairs, users.height)
    targets = {part: _targets(pairs, part, users.height) for part in EVALUATED}
    ctr = _clicks(pairs, items.height, settings) if settings.ctr_negatives else None
    reviews = None if raw.reviews is None else review_table(raw.reviews, ordered, clean=settings.clean)
    told = None if raw.explanations is None else rows_of(raw.explanations, ordered)
    if told is None and settings.explanations:
        told = _extracted(reviews, progress)
    explanations = None if told is None else explanation_table(told, pairs, settings)
    return TaskTables(
        candidates=_candidates(raw, histories, targets, users, items, item_counts, settings),
        ctr=ctr,
        reviews=reviews,
        explanations=explanations,
        leaks={
            **_across_tasks(pairs, ctr, explanations, settings),
            "next_integers_hit_rate": _by_next_integers(pairs, targets[TEST], users.height),
        },
    )


def _sequences(pairs: pl.DataFrame, n_users: int) -> Sequences:
    offsets = np.zeros(n_users + 1, dtype=np.int64)
    np.cumsum(np.bincount(pairs[Columns.USER].to_numpy(), minlength=n_users), out=offsets[1:])
    return Sequences(pairs[Columns.ITEM].to_numpy(), offsets)


def _targets(pairs: pl.DataFrame, part: str, n_users: int) -> NDArray[np.int64]:
    """Each user's first item of a part, -1 where there is none."""
    chosen = pairs.filter(pl.col(PART_CODE) == PARTS.index(part)).reverse()
    targets = np.full(n_users, -1, dtype=np.int64)
    targets[chosen[Columns.USER].to_numpy()] = chosen[Columns.ITEM].to_numpy()
    return targets


def _candidates(
    raw: RawData,
    histories: Sequences,
    targets: Mapping[str, NDArray[np.int64]],
    users: pl.DataFrame,
    items: pl.DataFrame,
    item_counts: pl.Series,
    settings: DatasetSettings,
) -> dict[str, pl.DataFrame]:
    drawn = {}
    if settings.candidates:
        drawn = {
            part: draw_candidates(
                histories,
                wanted,
                n_items=items.height,
                size=settings.candidates,
                draw=settings.candidate_draw,
                popularity=item_counts.to_numpy(),
                seed=settings.seed,
            )
            for part, wanted in targets.items()
        }
    if raw.candidates is not None:
        drawn[TEST] = source_candidates(raw.candidates, targets[TEST], users=users, items=items, seed=settings.seed)
    return drawn


def _clicks(pairs: pl.DataFrame, n_items: int, settings: DatasetSettings) -> pl.DataFrame:
    """Clicks and negatives; a pair that a user repeats across parts belongs to no part and is left out."""
    drawn = draw_ctr_negatives(
        pairs.select(Columns.USER, Columns.ITEM),
        pairs[PART_CODE].to_numpy(),
        n_items=n_items,
        ratio=settings.ctr_negatives,
        pool=settings.ctr_pool,
        seed=settings.seed,
    )
    return drawn.join(repeated_across_parts(pairs), on=PAIR, how="anti", maintain_order="left")


def _extracted(reviews: pl.DataFrame | None, progress: Progress) -> pl.DataFrame:
    from rr_data.explanations.extract import extract_explanations  # noqa: PLC0415  (loads a parser)

    if reviews is None:
        raise OptionError("explanations", True, "False: this source brings no reviews to extract them from")
    return extract_explanations(reviews, progress=lambda done, total: progress("explanations", done, total))


def _across_tasks(
    pairs: pl.DataFrame, ctr: pl.DataFrame | None, explanations: pl.DataFrame | None, settings: DatasetSettings
) -> dict[str, Any]:
    """What the check across tasks found; only an imitation of VIP5 may leak."""
    report = leaks_across_tasks(pairs, pairs[PART_CODE].to_numpy(), ctr=ctr, explanations=explanations)
    if not report.clean and settings.compat is None:
        raise LeakError(f"pairs of user and item in one task's training part and another's test part: {report}")
    return report.to_json()


def _by_next_integers(pairs: pl.DataFrame, targets: NDArray[np.int64], n_users: int) -> float | None:
    """HR@5 of "the next integers" on these codes; None without test items. Random codes leave it near chance."""
    if not bool(np.any(targets >= 0)):
        return None
    shown = _sequences(pairs.filter(pl.col(PART_CODE) != PARTS.index(TEST)), n_users)
    return round(next_integers_hit_rate(shown, targets), 6)
