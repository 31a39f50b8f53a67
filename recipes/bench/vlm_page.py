"""The page of the bench `vlm`."""

from __future__ import annotations

import json
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from recipes.bench.fused_answers import FUSED
from recipes.bench.tool_answers import TOOLS
from recipes.bench.vlm_noise import THREE
from recipes.bench.vlm_run import ANSWERS, RESULT
from recipes.bench.vlm_settings import UNIFORM
from rr_eval import aurc, bootstrap_interval, ece, hit_rate, ndcg, paired_difference, risk_coverage

ALONE, CONSULTING = "alone", "consulting"
LEVELS = ("normal (low horizon)", "medium", "coldest (high horizon)")
COVERAGES = (0.1, 0.25, 0.5, 0.75, 1.0)
RESAMPLES = 1000
Values = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Run:
    """What `vlm_run` wrote.

    Attributes:
        result: the JSON.
        columns: the arrays, by `PART|SYSTEM|WHAT`.
    """

    result: Mapping[str, Any]
    columns: Mapping[str, NDArray[Any]]

    @classmethod
    def read(cls, folder: Path) -> Run:
        """Read the folder of a run."""
        with np.load(folder / ANSWERS) as stored:
            columns = {name: stored[name] for name in stored.files}
        return cls(json.loads((folder / RESULT).read_text(encoding="utf-8")), columns)

    def hits(self, system: str, *, k: int = 5) -> Values:
        """[N] 1 where the test item is among the first k."""
        return np.asarray(hit_rate(self.columns[f"test|{system}|rank"], k=k), dtype=np.float64)

    def gains(self, system: str, *, k: int = 5) -> Values:
        """[N] NDCG@k."""
        return np.asarray(ndcg(self.columns[f"test|{system}|rank"], k=k), dtype=np.float64)

    def believed(self, system: str, what: str = "confidence") -> Values:
        """[N] what the reasoner believed."""
        return np.asarray(self.columns[f"test|{system}|{what}"], dtype=np.float64)

    @property
    def levels(self) -> NDArray[np.int64]:
        """[N] the evidence-horizon level of each user."""
        return np.asarray(self.columns["test|level"])


def page(long: Mapping[str, Run], spread: Sequence[Run], changed: Sequence[Run], command: str) -> str:
    """All tables."""
    lines = [f"`{command}`", ""]
    for name, run in long.items():
        lines += [f"## {name}", "", *_head(run), *_systems(run), *_levels(run), *_confidence(run), *_noise(run)]
    if spread:
        lines += _spread(next(iter(long)), spread)
    if spread and changed:
        lines += _ablations(next(iter(long)), spread[0], changed)
    return "\n".join(lines)


def _head(run: Run) -> list[str]:
    result = run.result
    return [
        f"`{result['command']}`: {result['settings']['steps']:,} steps of {result['settings']['batch']} rows out of "
        f"{result['rows']:,}; tuned in {result['training_seconds'] / 60:.0f} minutes on one thread, "
        f"{result['peak_bytes'] / 2**30:.1f} GiB. All {len(run.levels):,} test users, full catalogue, items of the",
        "history masked.",
        "",
    ]


def _systems(run: Run) -> list[str]:
    lines = ["| system | HR@5 | 95 % | NDCG@5 | HR@10 | NDCG@10 |", "|---|---|---|---|---|---|"]
    for system in (*TOOLS, FUSED, ALONE, CONSULTING):
        hits = bootstrap_interval(run.hits(system), seed=0)
        cells = [f"{hits.mean:.4f}", f"{hits.low:.4f} to {hits.high:.4f}", f"{run.gains(system).mean():.4f}"]
        cells += [f"{run.hits(system, k=10).mean():.4f}", f"{run.gains(system, k=10).mean():.4f}"]
        lines.append(f"| {_named(system)} | {' | '.join(cells)} |")
    best = max(TOOLS, key=lambda name: run.hits(name).mean())
    gap, base = paired_difference(run.hits(CONSULTING), run.hits(best), seed=0), run.hits(best).mean()
    told = f"{gap.mean / base:+.1%} HR@5 ({gap.low / base:+.1%} to {gap.high / base:+.1%})"
    return [*lines, "", f"Consulting, against the best tool ({best}): {told}.", ""]


def _named(system: str) -> str:
    names = {FUSED: "learned fusion of the tools", ALONE: "reasoner alone", CONSULTING: "reasoner, consulting all"}
    return names.get(system, system)


def _levels(run: Run) -> list[str]:
    present = [level for level in range(len(LEVELS)) if (run.levels == level).any()]
    lines = ["| HR@5 of users | " + " | ".join(f"{LEVELS[level]}" for level in present) + " |"]
    lines += ["|---|" + "---|" * len(present)]
    lines += ["| users | " + " | ".join(f"{(run.levels == level).sum():,}" for level in present) + " |"]
    for system in (*TOOLS, FUSED, ALONE, CONSULTING):
        hits = run.hits(system)
        cells = [f"{hits[run.levels == level].mean():.4f}" for level in present]
        lines.append(f"| {_named(system)} | {' | '.join(cells)} |")
    return [*lines, ""]


def _confidence(run: Run) -> list[str]:
    """Calibrated on held-out users' validation items, measured on the test items."""
    lines = ["Confidence (P(test item among the first five)), calibrated on held-out validation items:", ""]
    lines += ["| | mean | HR@5 | ECE | AURC | risk at coverage " + ", ".join(f"{c:.0%}" for c in COVERAGES) + " |"]
    lines += ["|---|---|---|---|---|---|"]
    for system in (ALONE, CONSULTING):
        right = run.hits(system).astype(bool)
        for what in ("confidence", "max probability"):
            sure = run.believed(system, what)
            risks = risk_coverage(sure, right).risk
            shown = ", ".join(f"{risks[max(0, round(c * len(risks)) - 1)]:.3f}" for c in COVERAGES)
            figures = f"{sure.mean():.4f} | {right.mean():.4f} | {ece(sure, right):.4f} | {aurc(sure, right):.4f}"
            lines.append(f"| {_named(system)}, {what} | {figures} | {shown} |")
    lines += ["", "AURC against that of the max probability, with a paired bootstrap interval over test users:"]
    return [*lines, "; ".join(map(_order, (ALONE, CONSULTING), (run, run))) + ".", ""]


def _order(system: str, run: Run) -> str:
    """How much better the confidence puts the answers in order, below 0, or worse."""
    right = run.hits(system).astype(bool)
    pairs = np.stack([run.believed(system, what) for what in ("confidence", "max probability")])
    drawn, rng = np.empty(RESAMPLES), np.random.default_rng(0)
    for number in range(RESAMPLES):
        rows = rng.integers(len(right), size=len(right))
        drawn[number] = _aurc_difference(pairs[:, rows], right[rows])
    low, high = np.quantile(drawn, (0.025, 0.975))
    return f"{_named(system)} {_aurc_difference(pairs, right):+.4f} ({low:+.4f} to {high:+.4f})"


def _aurc_difference(pairs: Values, right: NDArray[np.bool_]) -> float:
    own, other = (aurc(sure, right) for sure in pairs)
    return own - other


def _noise(run: Run) -> list[str]:
    hits = run.result["noise"]
    if not hits:
        return []
    lines = ["Wrong tools, HR@5 (a noise tool gives one user SASRec's list for another):", ""]
    lines += ["| consulted | HR@5 | against | HR@5 | change |", "|---|---|---|---|---|"]
    pairs = [("all tools and noise", "all tools")]
    pairs += [(f"noise for {name}", f"without {name}") for name in THREE]
    for one, other in pairs:
        change = hits[one] / hits[other] - 1
        lines.append(f"| {one} | {hits[one]:.4f} | {other} | {hits[other]:.4f} | {change:+.1%} |")
    return [*lines, ""]


def _spread(name: str, runs: Sequence[Run]) -> list[str]:
    lines = [f"## Seeds, {name}", "", f"{runs[0].result['settings']['steps']:,} steps, {_users(runs[0])}.", ""]
    lines += ["| | " + " | ".join(f"seed {run.result['seed']}" for run in runs) + " | mean | sd |"]
    lines += ["|---|" + "---|" * (len(runs) + 2)]
    for system in (ALONE, CONSULTING):
        for label, of in (("HR@5", Run.hits), ("NDCG@5", Run.gains)):
            values = [float(of(run, system).mean()) for run in runs]
            deviation = statistics.stdev(values) if len(values) > 1 else 0.0
            cells = " | ".join(f"{value:.4f}" for value in values)
            lines.append(f"| {_named(system)}, {label} | {cells} | {statistics.mean(values):.4f} | {deviation:.4f} |")
    return [*lines, ""]


def _users(run: Run) -> str:
    return f"{len(run.levels):,} drawn test users"


def _ablations(name: str, base: Run, changed: Sequence[Run]) -> list[str]:
    """Each against the reasoner of the same budget and seed, over the same users."""
    lines = [f"## Ablations, {name}", "", f"{base.result['settings']['steps']:,} steps, seed 0, {_users(base)}."]
    lines += ["Differences are to the first row, for the same users, with the 95 % interval of a paired bootstrap.", ""]
    lines += ["| variant | alone HR@5 | difference | consulting HR@5 | difference |", "|---|---|---|---|---|"]
    for run in (base, *changed):
        cells = []
        for system in (ALONE, CONSULTING):
            cells += [f"{run.hits(system).mean():.4f}", "" if run is base else _difference(run, base, system)]
        lines.append(f"| {run.result['variant']} | {' | '.join(cells)} |")
    gap = paired_difference(base.hits(CONSULTING), base.hits(ALONE), seed=0)
    lines += ["", f"With the tools' answers against without them, first row: {_interval(gap)} HR@5."]
    lines += [line for run in changed if run.result["variant"] == UNIFORM for line in _cold_start(base, run)]
    return [*lines, ""]


def _cold_start(base: Run, uniform: Run) -> list[str]:
    """The curriculum by how much is known of a user."""
    present = [level for level in range(len(LEVELS)) if (base.levels == level).any()]
    lines = ["", f"| curriculum against {UNIFORM} | {' | '.join(LEVELS[level] for level in present)} |"]
    lines.append("|---|" + "---|" * len(present))
    for system in (ALONE, CONSULTING):
        ours, theirs = base.hits(system), uniform.hits(system)
        gaps = [paired_difference(ours[base.levels == at], theirs[base.levels == at], seed=0) for at in present]
        lines.append(f"| {_named(system)} | {' | '.join(map(_interval, gaps))} |")
    return lines


def _difference(run: Run, base: Run, system: str) -> str:
    return _interval(paired_difference(run.hits(system), base.hits(system), seed=0))


def _interval(gap: Any) -> str:
    return f"{gap.mean:+.4f} ({gap.low:+.4f} to {gap.high:+.4f})"
