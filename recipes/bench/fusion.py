"""The bench `fusion`: what the planner learns from the light tools' answers alone, against the best of them."""

from __future__ import annotations

import shlex
import statistics
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import numpy as np
import typer
from numpy.typing import NDArray

from recipes.bench.adversary import HONEST, THIRD, Lies, adversary
from recipes.bench.fused_answers import POPULARITY, log_popularity
from recipes.bench.page import write_below
from recipes.bench.tool_answers import TOOLS, Asked, ask, codes, list_ranks
from recipes.bench.tools_data import prepared
from rr_data.interfaces import PreparedDataset
from rr_eval import bootstrap_interval, hit_rate, ndcg, paired_difference
from rr_planner import LearnedFusion, Ranking, fit_fusion, majority_vote, reciprocal_rank_fusion

LONGEST = 10
TIMED = 200
FUSION = "learned fusion"
Ranks = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Measured:
    """One data set.

    Attributes:
        name: of the set.
        ranks: by system the places of N test items in its lists, one array a seed.
        milliseconds: processor time of a learned fusion of one query, the median.
        seconds: that a fit takes.
        lies: with one adversarial tool of three.
    """

    name: str
    ranks: Mapping[str, Sequence[Ranks]]
    milliseconds: float
    seconds: float
    lies: Lies


def fusion(
    data: Annotated[list[Path], typer.Option(help="A folder of raw sequences, or a prepared dataset; repeatable.")],
    seeds: Annotated[int, typer.Option(min=1, help="Seeds, from 0 on, of the fit.")] = 5,
    depth: Annotated[int, typer.Option(min=1, help="Items of each tool that are candidates.")] = 60,
    reach: Annotated[int, typer.Option(min=1, help="Items of each tool that are read.")] = 300,
    cache: Annotated[Path, typer.Option(help="Where everything is kept; what is there is not trained again.")] = Path(
        "out/bench/vlm"
    ),
    out: Annotated[Path, typer.Option(help="The page to write; what is above its tables is kept.")] = Path(
        "docs/results/planner.md"
    ),
) -> None:
    """Fit fusions on validation items, by tools that did not learn from them, and fuse every user's test item."""
    found = []
    for folder in data:
        dataset = prepared(folder, cache)
        found.append(
            measured(folder.name, dataset, cache / folder.name / "tools", depth=depth, reach=reach, seeds=seeds)
        )
    text = page(found, shlex.join(["nox", "-s", "bench", "--", *sys.argv[1:]]))
    write_below(out, text, title="The planner")
    typer.echo(text)


def measured(name: str, data: PreparedDataset, cache: Path, *, depth: int, reach: int, seeds: int) -> Measured:
    """Fit with every seed on what the tools said of the validation items; ask for the test items once."""
    learned_from, test = ask(data, cache, 1, k=reach), ask(data, cache, 0, k=reach)
    popularity = {POPULARITY: log_popularity(data)}
    truth = test.examples.targets
    ranks: dict[str, list[Ranks]] = {tool: [list_ranks(codes(test.answers[tool]), truth)] for tool in TOOLS}
    answers = [Ranking(one.items[:, :depth], one.scores[:, :depth]) for one in test.answers.values()]
    ranks["majority vote"] = [list_ranks(codes(majority_vote(answers, LONGEST)), truth)]
    ranks["reciprocal ranks"] = [list_ranks(codes(reciprocal_rank_fusion(answers, LONGEST)), truth)]
    ranks[FUSION] = []
    times, started = [], time.perf_counter()
    for seed in range(seeds):
        fit = fit_fusion(
            learned_from.answers, learned_from.queries, learned_from.examples.targets,
            catalogue=popularity, depth=depth, reach=reach, seed=seed,
        )  # fmt: skip
        times.append(_milliseconds(fit.fusion, test))
        fused = fit.fusion.fuse(test.answers, test.queries, LONGEST)
        ranks[FUSION].append(list_ranks(codes(fused), truth))
    seconds = (time.perf_counter() - started) / seeds
    lies = adversary(learned_from, test, popularity, depth=depth, reach=reach)
    return Measured(name, ranks, statistics.median(times), seconds, lies)


def page(found: Sequence[Measured], command: str) -> str:
    """All tables."""
    lines = ["## Learned fusion", "", f"`{command}`", ""]
    for one in found:
        users = len(one.ranks[FUSION][0])
        lines += [f"### {one.name}", "", f"{users:,} test users, full catalogue, items of the history masked;"]
        lines += [f"fitted in {one.seconds:.0f} s, {one.milliseconds:.2f} ms of processor time a query.", ""]
        lines += ["| system | seeds | HR@5 | 95 %, seed 0 | NDCG@5 | HR@10 |", "|---|---|---|---|---|---|"]
        lines += [_row(system, ranks) for system, ranks in one.ranks.items()]
        lines += ["", _lead(one), "", *_lies(one.lies), ""]
    return "\n".join(lines)


def _lead(one: Measured) -> str:
    best = max(TOOLS, key=lambda tool: _rate(one.ranks[tool][0]))
    base, hits = _rate(one.ranks[best][0]), [hit_rate(one.ranks[name][0], k=5) for name in (FUSION, best)]
    gap = paired_difference(*hits, seed=0)
    told = f"{gap.mean / base:+.1%} ({gap.low / base:+.1%} to {gap.high / base:+.1%})"
    return f"Learned fusion, seed 0, against the best tool ({best}): {told} HR@5."


def _lies(lies: Lies) -> list[str]:
    """Against the better of the two honest tools."""
    best = max(_rate(lies.alone[name]) for name in HONEST)
    told = ", ".join(f"{name} {_rate(ranks):.4f}" for name, ranks in lies.alone.items())
    lines = [f"One adversarial tool of three, SASRec's lists for other users under the name of {THIRD} (HR@5: {told}):"]
    lines += ["", "| combined by | HR@5 | against the best honest tool |", "|---|---|---|"]
    for name, ranks in lies.combined.items():
        lines.append(f"| {name} | {_rate(ranks):.4f} | {_rate(ranks) / best - 1:+.1%} |")
    return lines


def _row(system: str, ranks: Sequence[Ranks]) -> str:
    interval = bootstrap_interval(hit_rate(ranks[0], k=5), seed=0)
    hits = [_rate(one) for one in ranks]
    spread = f" ± {statistics.stdev(hits):.4f}" if len(hits) > 1 else ""
    cells = [f"{statistics.mean(hits):.4f}{spread}", f"{interval.low:.4f} to {interval.high:.4f}"]
    cells += [f"{statistics.mean(float(ndcg(one, k=5).mean()) for one in ranks):.4f}"]
    cells += [f"{statistics.mean(_rate(one, k=10) for one in ranks):.4f}"]
    return f"| {system} | {len(ranks)} | {' | '.join(cells)} |"


def _rate(ranks: Ranks, *, k: int = 5) -> float:
    return float(hit_rate(ranks, k=k).mean())


def _milliseconds(fusion: LearnedFusion, asked: Asked) -> float:
    """Processor time of one query alone, the median over some."""
    times = []
    for row in range(min(TIMED, len(asked))):
        one = asked.take(np.array([row]))
        started = time.process_time()
        fusion.fuse(one.answers, one.queries, LONGEST)
        times.append(1000 * (time.process_time() - started))
    return statistics.median(times)
