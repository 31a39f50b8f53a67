"""The page of the bench `routing`."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from recipes.bench.fused_answers import FUSED
from recipes.bench.vlm_page import ALONE, LEVELS
from rr_eval import PairedDifference
from rr_planner import Costs, PolicyFigures

Numbers = NDArray[np.float64]
SYSTEMS = {
    "tools": "learned fusion of the tools",
    "reasoner": "reasoner alone",
    "both": "always both",
    "random": "random routing",
    "learned": "learned policy",
    "oracle": "oracle",
}


@dataclass(frozen=True, slots=True)
class Spent:
    """What the steps cost.

    Attributes:
        full: where the reasoner reads all that it was tuned to read.
        brief: where it reads ten items of each tool.
    """

    full: Costs
    brief: Costs


@dataclass(frozen=True, slots=True)
class Spared:
    """What a policy did within a budget.

    Attributes:
        figures: of it.
        difference: of its gains to those of always asking the reasoner with evidence, query by query.
    """

    figures: PolicyFigures
    difference: PairedDifference


@dataclass(frozen=True, slots=True)
class Calibration:
    """How far calibrated confidences are from what happens: expected calibration errors in 15 bins of equal mass.

    Attributes:
        error: of the confidences.
        chance: mean error where the confidences are the true probabilities, for as many queries.
    """

    error: float
    chance: float


@dataclass(frozen=True, slots=True, eq=False)
class Single:
    """Gains of the reasoner that is given the answer of one tool.

    Attributes:
        drawn: [B] a tool drawn for each query.
        best: [B] the one that puts the right item first.
    """

    drawn: Numbers
    best: Numbers

    def take(self, rows: NDArray[np.bool_]) -> Single:
        """Return those of some queries."""
        return Single(self.drawn[rows], self.best[rows])


@dataclass(frozen=True, slots=True)
class ToolChoice:
    """The learned policy between a reasoner that is given a tool chosen at random and the best one (paper, Table A7).

    Attributes:
        random: mean gain with a tool drawn for each query.
        oracle: mean gain with each query's best tool.
        closed: share of the way from one to the other that the learned policy goes.
        low, high: 95 % bootstrap interval of `closed`.
    """

    random: float
    oracle: float
    closed: float
    low: float
    high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Split:
    """What policies that were fitted on half of the users did with the others.

    Attributes:
        free: the largest gain at any cost; beside it the fixed routes, random routing and the oracle.
        tool_choice: of `free`.
        middle: always fusing the tools' fusion with the reasoner's own list; None with too few queries to fit it on.
        brief: always asking the reasoner with ten items of each tool.
        spared: by the share of the cost of always asking the reasoner with evidence that may be spent; the reasoner
            reads in brief, and the middle way stands in the place of the reasoner alone where there is one.
        tool_use: by the rate that was asked for, its figures.
        by_level: of `free`, by evidence-horizon level.
        bands: the paper's bands, their thresholds on confidences at quantiles of the half that was fitted on.
        bands_by_level: of `bands`, by evidence-horizon level.
        violations: share of the resplits of the others in which a controlled risk was above its bound.
        calibration: of the tools' and the reasoner's confidence, on the half that was fitted on.
    """

    free: Mapping[str, PolicyFigures]
    tool_choice: ToolChoice
    middle: Spared | None
    brief: Spared
    spared: Mapping[float, Spared]
    tool_use: Mapping[float, PolicyFigures]
    by_level: Sequence[PolicyFigures]
    bands: PolicyFigures
    bands_by_level: Sequence[PolicyFigures]
    violations: float
    calibration: Mapping[str, Calibration]


def page(found: Mapping[str, tuple[Spent, Sequence[Split]]], command: str) -> str:
    """All tables; each figure is the mean over the seeds."""
    lines = [f"`{command}`", ""]
    for name, (spent, splits) in found.items():
        lines += [f"## {name}", "", _told(spent, splits), ""]
        lines += ["| | HR@5 | 95 %, seed 0 | MFLOPs a query | tools take part |", "|---|---|---|---|---|"]
        lines += [_row(label, [one.free[system] for one in splits]) for system, label in SYSTEMS.items()]
        lines.append(_row("the paper's bands", [one.bands for one in splits]))
        lines += ["", _gap([one.free["learned"] for one in splits]), ""]
        lines += [_choice([one.tool_choice for one in splits]), ""]
        lines += ["| FLOPs allowed, of always both | spent | HR@5 | against always both | 95 %, seed 0 | not worse |"]
        lines += ["|---|---|---|---|---|---|"]
        middle = [one.middle for one in splits if one.middle is not None]
        if len(middle) == len(splits):
            lines.append(_within("always the middle way", middle, splits))
        lines.append(_within("always both, ten items of each tool", [one.brief for one in splits], splits))
        for share in splits[0].spared:
            lines.append(_within(f"{share:.0%}", [one.spared[share] for one in splits], splits))
        lines += ["", "Not worse: seeds in which the paired bootstrap interval of the difference holds 0 or more.", ""]
        lines += ["| tool use asked for | achieved, mean | furthest off |", "|---|---|---|"]
        for rate in splits[0].tool_use:
            used = [one.tool_use[rate].tool_use.value for one in splits]
            lines.append(f"| {rate:.0%} | {statistics.mean(used):.1%} | {max(abs(u - rate) for u in used):.1%} |")
        lines += ["", f"| | {' | '.join(LEVELS)} |", "|---|---|---|---|"]
        learned, bands = [one.by_level for one in splits], [one.bands_by_level for one in splits]
        lines.append(f"| learned policy: tools take part | {_means(learned, _use)} |")
        lines.append(f"| learned policy: the reasoner reads them | {_means(learned, _reads)} |")
        lines.append(f"| bands: the reasoner reads them | {_means(bands, _reads)} |")
        lines += ["", _calibration(splits), ""]
    return "\n".join(lines)


def _told(spent: Spent, splits: Sequence[Split]) -> str:
    tools, alone, full, brief = (
        f"{flops / 1e6:.1f}"
        for flops in (spent.full.tools, spent.full.reasoner, spent.full.evidence, spent.brief.evidence)
    )
    measured = splits[0].free["both"].n
    return (
        f"{len(splits)} seeds, {measured:,} of the test users measured in the first, the others fitted on. The tools "
        f"cost {tools} MFLOPs a query, the reasoner {alone} alone, {full} with their answers, {brief} with the first "
        "ten items of each."
    )


def _row(label: str, found: Sequence[PolicyFigures]) -> str:
    gain, cost, use = (statistics.mean(value) for value in zip(*map(_values, found), strict=True))
    first = found[0].gain
    return f"| {label} | {gain:.4f} | {first.low:.4f} to {first.high:.4f} | {cost / 1e6:.1f} | {use:.1%} |"


def _values(one: PolicyFigures) -> tuple[float, float, float]:
    return one.gain.value, one.cost.value, one.tool_use.value


def _gap(learned: Sequence[PolicyFigures]) -> str:
    gaps = [one.gap_closed for one in learned]
    mean, first = statistics.mean(one.value for one in gaps), gaps[0]
    return f"Closed of the gap from random to oracle routing: {mean:.2f} (seed 0: {first.low:.2f} to {first.high:.2f})."


def _choice(found: Sequence[ToolChoice]) -> str:
    random, oracle, closed = (
        statistics.mean(getattr(one, name) for one in found) for name in ("random", "oracle", "closed")
    )
    return (
        f"Closed of the gap from the reasoner that is given a random tool's answer ({random:.4f}) to the one that is "
        f"given that of each query's best tool ({oracle:.4f}), as in the paper's Table A7: {closed:.2f} (seed 0: "
        f"{found[0].low:.2f} to {found[0].high:.2f})."
    )


def _within(label: str, found: Sequence[Spared], splits: Sequence[Split]) -> str:
    both = [one.free["both"] for one in splits]
    gains = [one.figures.gain.value for one in found]
    spent = statistics.mean(one.figures.cost.value / all_.cost.value for one, all_ in zip(found, both, strict=True))
    change = statistics.mean(one.difference.mean / all_.gain.value for one, all_ in zip(found, both, strict=True))
    first, base = found[0].difference, both[0].gain.value
    not_worse = sum(one.difference.high >= 0 for one in found)
    return (
        f"| {label} | {spent:.0%} | {statistics.mean(gains):.4f} | {change:+.1%} | {first.low / base:+.1%} to "
        f"{first.high / base:+.1%} | {not_worse} of {len(found)} |"
    )


def _use(one: PolicyFigures) -> float:
    return one.tool_use.value


def _reads(one: PolicyFigures) -> float:
    return one.shares["both"]


def _means(found: Sequence[Sequence[PolicyFigures]], value: Callable[[PolicyFigures], float]) -> str:
    """A cell a level, the mean over the seeds."""
    return " | ".join(f"{statistics.mean(map(value, level)):.1%}" for level in zip(*found, strict=True))


def _calibration(splits: Sequence[Split]) -> str:
    found = {name: [one.calibration[name] for one in splits] for name in (FUSED, ALONE)}
    fused, alone = (max(one.error for one in of) for of in found.values())
    chance = statistics.mean(one.chance for of in found.values() for one in of)
    worst = max(one.violations for one in splits)
    return (
        f"Calibrated on the fitted half, the fusion's confidence has an error of at most {fused:.4f}, the reasoner's "
        f"of at most {alone:.4f}; true probabilities would have {chance:.4f} by chance. A loss against both controlled "
        f"at .10 was above it in at most {worst:.1%} of 1,000 resplits."
    )
