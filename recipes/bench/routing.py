"""The bench `routing`: when to ask the reasoner at all, learned from what trained tools and reasoner answered."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import numpy as np
import typer
from numpy.typing import NDArray

from recipes.bench.fused_answers import FITTED, FUSED, REACH, fuse, fusion_of
from recipes.bench.middle_way import DEPTH, both_lists, middle_way, own_lists
from recipes.bench.page import write_below
from recipes.bench.routing_page import Calibration, Spared, Split, ToolChoice, page
from recipes.bench.tool_answers import TOOLS, Asked, ask, ask_honestly, trained
from recipes.bench.tools_data import prepared
from recipes.bench.vlm_page import ALONE, CONSULTING, LEVELS, Run
from recipes.bench.vlm_settings import REASONREC
from rr_data.interfaces import PreparedDataset
from rr_eval import ece, gap_closed, paired_difference
from rr_planner import (
    Bands,
    Costs,
    ExpectedBenefit,
    Isotonic,
    OutcomeTable,
    Policy,
    PolicyFigures,
    Prices,
    Ranking,
    Target,
    calibrate_benefits,
    control_risk,
    decide,
    evaluate,
)
from rr_tools import load_tool
from rr_vlm import VlmReasoner

BUDGETS = (0.1, 0.25, 0.5, 0.62)
"""Shares of what always asking the reasoner with evidence costs."""
TOOL_USE = (0.25, 0.5, 0.75)
PRICES = (0.0, *np.geomspace(1e-4, 1.0, 40))
"""Gains that asking the reasoner once must bring."""
BANDS = Bands(low_horizon=0.3, high_horizon=0.7, tool_confidence=0.5, reasoner_confidence=(0.1, 0.25, 0.5))
"""The paper's shape, by quantiles: its thresholds on the horizon, and more escalation the less is known of a user."""
ALPHA, DELTA, RESPLITS = 0.10, 0.05, 1000
RESAMPLES, DRAWS = 1000, 100
OWN_LISTS = "own-lists.npz"
Numbers = NDArray[np.float64]


def routing(
    data: Annotated[list[Path], typer.Option(help="A folder of raw sequences, or a prepared dataset; repeatable.")],
    steps: Annotated[int, typer.Option(min=1, help="Of the reasoner that the bench `vlm` tuned.")] = REASONREC.steps,
    seeds: Annotated[int, typer.Option(min=1, help="Ways to part the users into fitted on and measured.")] = 5,
    cache: Annotated[Path, typer.Option(help="Where the bench `vlm` has kept everything.")] = Path("out/bench/vlm"),
    out: Annotated[Path, typer.Option(help="The page to write; what is above its tables is kept.")] = Path(
        "docs/results/routing.md"
    ),
) -> None:
    """Fit policies on the outcomes of half of the test users, and measure them on the others."""
    found = {}
    for folder in data:
        home = cache / folder.name
        run = home / f"reasonrec-{steps}-0"
        if not (run / "result.json").exists():
            typer.echo(f"error: no reasoner of {steps} steps for {folder.name}; run the bench vlm first", err=True)
            raise typer.Exit(2)
        dataset = prepared(folder, cache)
        answered = Run.read(run)
        reasoner = VlmReasoner.load(run / "reasoner")
        asked = ask(dataset, home / "tools", 0, k=REACH)
        fused = fuse(
            fusion_of(ask_honestly(dataset, home / "tools", k=REACH), dataset, home / "tools" / FITTED), asked, k=DEPTH
        )
        table = outcomes(asked, fused, answered)
        lists = both_lists(asked, fused, own_lists(reasoner, asked, run / OWN_LISTS))
        spent = costs(dataset, home / "tools", reasoner)
        single = np.stack([answered.hits(name) for name in TOOLS])
        splits = [
            measured(table, middle_way(table, lists, dataset, seed), answered.levels, single, spent, seed)
            for seed in range(seeds)
        ]
        found[folder.name] = (spent, splits)
    text = page(found, shlex.join(["nox", "-s", "bench", "--", *sys.argv[1:]]))
    write_below(out, text, title="Routing")
    typer.echo(text)


def outcomes(asked: Asked, fused: Ranking, run: Run) -> OutcomeTable:
    """Every test query: a hit among five by the tools' learned fusion, the reasoner alone, and consulting them."""
    first = {f"{name}_score": _best(answer.scores) for name, answer in asked.answers.items()}
    lengths = [len(history) for history in asked.queries.histories]
    return OutcomeTable.of(
        evidence_horizon=asked.queries.evidence_horizon,
        tool_names=(FUSED,),
        tool_confidence=np.asarray(fused.confidence)[None],
        tool_gain=run.hits(FUSED)[None],
        reasoner_confidence=run.believed(ALONE),
        reasoner_gain=run.hits(ALONE),
        both_gain=run.hits(CONSULTING),
        features={**first, "history_length": np.array(lengths, dtype=np.float64)},
        users=asked.examples.users,
    )


def costs(data: PreparedDataset, tools: Path, reasoner: VlmReasoner) -> Costs:
    """FLOPs a query, those of the light tools together."""
    light = sum(load_tool(trained(name, data, tools, hidden=1)).flops_per_query for name in TOOLS)
    return Costs(tools=light, reasoner=reasoner.flops_per_query, evidence=reasoner.flops_with_evidence)


def measured(
    table: OutcomeTable,
    between: OutcomeTable | None,
    levels: NDArray[np.int64],
    single: Numbers,
    spent: Costs,
    seed: int,
) -> Split:
    """Fit on half of the users, measure on the rest.

    Args:
        table: the outcomes of B queries.
        between: the same with the middle way in the place of the reasoner alone, for the budgets; None without one.
        levels: [B] of evidence horizon.
        single: [T, B] gains of the tools one by one.
        spent: what the steps cost.
        seed: parts the users.
    """
    half = table.folds(2, seed)
    fitting, rest, of_rest = table.take(half == 0), table.take(half == 1), levels[half == 1]
    free = calibrate_benefits(fitting, costs=spent, seed=seed).policy
    bands = _bands(fitting)
    offered, price = (table, spent) if between is None else (between, _with_tools_again(spent))
    cheap, measured_on = offered.take(half == 0), offered.take(half == 1)
    return Split(
        free=evaluate(rest, {"learned": free}, costs=spent, seed=seed),
        tool_choice=tool_choice(_gained(free, rest), single[:, half == 1], seed),
        middle=None if between is None else _middle(measured_on, price, seed),
        spared={share: _spared(cheap, measured_on, price, share, seed) for share in _affordable(spent)},
        tool_use={rate: _with_tools(fitting, rest, spent, rate, seed) for rate in TOOL_USE},
        by_level=[_figures(free, rest.take(of_rest == level), spent, seed) for level in range(len(LEVELS))],
        bands=_figures(bands, rest, spent, seed),
        bands_by_level=[_figures(bands, rest.take(of_rest == level), spent, seed) for level in range(len(LEVELS))],
        violations=violations(free, rest, seed),
        calibration={
            FUSED: calibration(lambda one: (one.signals.tool_confidence[0], one.selected), fitting, rest, seed),
            ALONE: calibration(lambda one: (one.signals.reasoner_confidence, one.reasoner), fitting, rest, seed),
        },
    )


def tool_choice(gained: Numbers, single: Numbers, seed: int) -> ToolChoice:
    """Put gains [B] between those of one tool drawn for each query and of the best one, of tools [T, B]."""
    columns = np.stack([gained, single.mean(axis=0), single.max(axis=0)])
    drawn, rng = np.empty((RESAMPLES, 3)), np.random.default_rng(seed)
    for number in range(RESAMPLES):
        drawn[number] = columns[:, rng.integers(columns.shape[1], size=columns.shape[1])].mean(axis=1)
    gained_, random, oracle = columns.mean(axis=1)
    low, high = np.quantile(
        [gap_closed(value, random=worst, oracle=best) for value, worst, best in drawn], (0.025, 0.975)
    )
    return ToolChoice(random, oracle, gap_closed(gained_, random=random, oracle=oracle), low, high)


def calibration(
    told: Callable[[OutcomeTable], tuple[Numbers, Numbers]], fitting: OutcomeTable, rest: OutcomeTable, seed: int
) -> Calibration:
    """Calibrate a confidence on outcomes, and measure it on the rest; `told` gives both of them."""
    confidence, right = told(rest)
    calibrated = Isotonic.fit(*told(fitting))(confidence)
    rng = np.random.default_rng(seed)
    lucky = [ece(calibrated, rng.random(len(rest)) < calibrated) for _ in range(DRAWS)]
    return Calibration(ece(calibrated, right), float(np.mean(lucky)))


def violations(policy: ExpectedBenefit, table: OutcomeTable, seed: int) -> float:
    """Return in how many of `RESPLITS` halvings a risk controlled on one half is above its bound on the other."""
    losses, rng = np.stack([_losses(policy, table, price) for price in PRICES]), np.random.default_rng(seed)
    above = 0
    for _ in range(RESPLITS):
        known = rng.random(losses.shape[1]) < 0.5
        chosen = control_risk(losses[:, known], alpha=ALPHA, delta=DELTA)
        above += chosen is not None and losses[chosen, ~known].mean() > ALPHA
    return above / RESPLITS


def _losses(policy: ExpectedBenefit, table: OutcomeTable, price: float) -> Numbers:
    """[B] what always asking the reasoner with evidence would have gained more."""
    dearer = replace(policy, prices=Prices(price / policy.costs.reasoner))
    losses: Numbers = np.clip(table.both - _gained(dearer, table), 0.0, 1.0)
    return losses


def _gained(policy: Policy, table: OutcomeTable) -> Numbers:
    """[B] by the route that the policy takes."""
    gained: Numbers = table.routes[decide(policy, table.signals), np.arange(len(table))]
    return gained


def _affordable(spent: Costs) -> list[float]:
    """The budgets that the tools alone do not exceed."""
    return [share for share in BUDGETS if share * _everything(spent) > spent.tools]


def _everything(spent: Costs) -> float:
    return spent.tools + spent.evidence


def _with_tools_again(spent: Costs) -> Costs:
    """What the steps cost where the reasoner alone is a `FusedReasoner`, which asks the tools itself."""
    return replace(spent, reasoner=spent.reasoner + spent.tools)


def _middle(rest: OutcomeTable, spent: Costs, seed: int) -> Spared:
    figures = evaluate(rest, {}, costs=spent, seed=seed)["reasoner"]
    return Spared(figures, paired_difference(rest.reasoner, rest.both, seed=seed))


def _spared(fitting: OutcomeTable, rest: OutcomeTable, spent: Costs, share: float, seed: int) -> Spared:
    budget = Target(budget=share * _everything(spent))
    policy = calibrate_benefits(fitting, costs=spent, target=budget, seed=seed).policy
    return Spared(_figures(policy, rest, spent, seed), paired_difference(_gained(policy, rest), rest.both, seed=seed))


def _with_tools(fitting: OutcomeTable, rest: OutcomeTable, spent: Costs, rate: float, seed: int) -> PolicyFigures:
    found = calibrate_benefits(fitting, costs=spent, target=Target(tool_use=rate), seed=seed)
    return _figures(found.policy, rest, spent, seed)


def _bands(table: OutcomeTable) -> Bands:
    signals = table.signals
    return Bands.from_quantiles(
        evidence_horizon=signals.evidence_horizon,
        tool_confidence=signals.delegate_confidence,
        reasoner_confidence=signals.reasoner_confidence,
        quantiles=BANDS,
    )


def _figures(policy: Policy, table: OutcomeTable, spent: Costs, seed: int) -> PolicyFigures:
    return evaluate(table, {"learned": policy}, costs=spent, seed=seed)["learned"]


def _best(scores: Numbers) -> Numbers:
    first = np.asarray(scores[:, 0], dtype=np.float64)
    return np.where(np.isfinite(first), first, 0.0)
