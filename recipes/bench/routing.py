"""The bench `routing`: when to ask the reasoner at all, learned from what trained tools and reasoner answered."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import typer
from numpy.typing import NDArray

from recipes.bench.fused_answers import FITTED, FUSED, REACH, cross_fused, fuse, fusion_of, with_fused
from recipes.bench.kept_lists import first_of, kept_lists
from recipes.bench.middle_way import DEPTH, both_lists, middle_way
from recipes.bench.page import write_below
from recipes.bench.routing_page import Calibration, Single, Spared, Spent, Split, ToolChoice, page
from recipes.bench.tool_answers import (
    HONEST,
    TEST,
    TOOLS,
    Asked,
    ask,
    ask_honestly,
    asked_for,
    codes,
    list_ranks,
    trained,
)
from recipes.bench.tools_data import prepared
from recipes.bench.vlm_page import ALONE, CONSULTING, LEVELS, Run
from recipes.bench.vlm_run import calibrated, split
from recipes.bench.vlm_settings import REASONREC
from rr_data.interfaces import PreparedDataset
from rr_eval import ece, gap_closed, hit_rate, paired_difference
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
HIT_AT = 5
OWN_LISTS, BRIEF_LISTS = "own-lists.npz", "brief-lists.npz"
DRAWN_LISTS, BEST_LISTS = "drawn-tool-lists.npz", "best-tool-lists.npz"
BRIEF = 10
"""Items of each tool that the reasoner reads in brief: as many as a planner shows it that is asked for ten."""
COUNTED = 10
"""The operations of every tenth query are counted."""
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
        tools = home / "tools"
        asked, honest = ask(dataset, tools, TEST, k=REACH), ask_honestly(dataset, tools, k=REACH)
        fused = fuse(fusion_of(honest, dataset, tools / FITTED), asked, k=DEPTH)
        known = cross_fused(honest, dataset, tools / "cross-fused.npz", k=REASONREC.shown)
        _, held_out = split(known, len(asked_for(dataset, HONEST[-1])), REASONREC.held_out)
        table = outcomes(asked, fused, answered)
        lists = both_lists(asked, fused, kept_lists(reasoner, asked, run / OWN_LISTS, k=DEPTH))
        asked = with_fused(asked, fused)
        briefly = read_briefly(reasoner, held_out, asked, run / BRIEF_LISTS)
        spent = costs(dataset, tools, reasoner, asked)
        single = Single(
            drawn=given_one(reasoner, asked, drawn_tools(asked), run / DRAWN_LISTS),
            best=given_one(reasoner, asked, best_tools(asked), run / BEST_LISTS),
        )
        splits = []
        for seed in range(seeds):
            between = middle_way(table, lists, dataset, seed)
            offered = replace(table if between is None else between, both=briefly)
            splits.append(measured(table, offered, answered.levels, single, spent, seed, middle=between is not None))
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


def read_briefly(reasoner: VlmReasoner, held_out: Asked, asked: Asked, file: Path) -> Numbers:
    """[B] hits of the reasoner that reads the first items of every tool, calibrated so on users held out of tuning."""
    if not file.exists():
        reasoner = calibrated(reasoner, replace(held_out, answers=first_of(held_out.answers, BRIEF)))
    found = kept_lists(reasoner, asked, file, k=HIT_AT, evidence=first_of(asked.answers, BRIEF))
    return hit_rate(list_ranks(found.items, asked.examples.targets), k=HIT_AT)


def drawn_tools(asked: Asked) -> NDArray[np.int64]:
    """[B] one of `TOOLS` for each query, each as likely."""
    return np.random.default_rng(0).integers(len(TOOLS), size=len(asked))


def best_tools(asked: Asked) -> NDArray[np.int64]:
    """[B] which of `TOOLS` puts the right item first; where none has it at all, the one that is best on the whole."""
    ranks = np.stack([list_ranks(codes(asked.answers[name]), asked.examples.targets) for name in TOOLS])
    order = np.argsort(-(ranks <= HIT_AT).mean(axis=1), kind="stable")
    best: NDArray[np.int64] = order[ranks[order].argmin(axis=0)]
    return best


def given_one(reasoner: VlmReasoner, asked: Asked, chosen: NDArray[np.int64], file: Path) -> Numbers:
    """[B] hits of the reasoner that is given the answer of one tool, `chosen` [B] among `TOOLS`."""
    given = {}
    for place, name in enumerate(TOOLS):
        answer = asked.answers[name]
        given[name] = Ranking(answer.items, np.where((chosen == place)[:, None], answer.scores, -np.inf))
    found = kept_lists(reasoner, asked, file, k=HIT_AT, evidence=given)
    return hit_rate(list_ranks(found.items, asked.examples.targets), k=HIT_AT)


def costs(data: PreparedDataset, tools: Path, reasoner: VlmReasoner, asked: Asked) -> Spent:
    """FLOPs a query, those of the light tools together; of the reasoner the mean of the test queries."""
    light = sum(load_tool(trained(name, data, tools, hidden=1)).flops_per_query for name in TOOLS)
    some = asked.take(np.arange(0, len(asked), COUNTED))
    alone, full, brief = (
        float(reasoner.flops(some.queries, said).mean()) for said in (None, some.answers, first_of(some.answers, BRIEF))
    )
    return Spent(Costs(light, alone, full), Costs(light, alone, brief))


def measured(
    table: OutcomeTable,
    offered: OutcomeTable,
    levels: NDArray[np.int64],
    single: Single,
    spent: Spent,
    seed: int,
    *,
    middle: bool,
) -> Split:
    """Fit on half of the users, measure on the rest.

    Args:
        table: the outcomes of B queries.
        offered: the same for the budgets: the reasoner reads in brief, and the middle way stands in the place of the
            reasoner alone where there is one.
        levels: [B] of evidence horizon.
        single: gains of the reasoner that is given one tool's answer.
        spent: what the steps cost.
        seed: parts the users.
        middle: whether there is a middle way.
    """
    half = table.folds(2, seed)
    fitting, rest, of_rest = table.take(half == 0), table.take(half == 1), levels[half == 1]
    full, price = spent.full, _with_tools_again(spent.brief) if middle else spent.brief
    free = calibrate_benefits(fitting, costs=full, seed=seed).policy
    bands = _bands(fitting)
    cheap, offered_rest = offered.take(half == 0), offered.take(half == 1)
    fixed = evaluate(offered_rest, {}, costs=price, seed=seed)

    def spared(figures: PolicyFigures, gained: Numbers) -> Spared:
        mine, theirs = by_user(np.stack([gained, rest.both]), rest.users)
        return Spared(figures, paired_difference(mine, theirs, seed=seed))

    def within(share: float) -> Spared:
        target = Target(budget=share * _everything(full))
        policy = calibrate_benefits(cheap, costs=price, target=target, seed=seed).policy
        return spared(_figures(policy, offered_rest, price, seed), _gained(policy, offered_rest))

    return Split(
        free=evaluate(rest, {"learned": free}, costs=full, seed=seed),
        tool_choice=tool_choice(_gained(free, rest), single.take(half == 1), rest.users, seed),
        middle=spared(fixed["reasoner"], offered_rest.reasoner) if middle else None,
        brief=spared(fixed["both"], offered_rest.both),
        spared={share: within(share) for share in _affordable(full)},
        tool_use={rate: _with_tools(fitting, rest, full, rate, seed) for rate in TOOL_USE},
        by_level=[_figures(free, rest.take(of_rest == level), full, seed) for level in range(len(LEVELS))],
        bands=_figures(bands, rest, full, seed),
        bands_by_level=[_figures(bands, rest.take(of_rest == level), full, seed) for level in range(len(LEVELS))],
        violations=violations(free, rest, seed),
        calibration={
            FUSED: calibration(lambda one: (one.signals.tool_confidence[0], one.selected), fitting, rest, seed),
            ALONE: calibration(lambda one: (one.signals.reasoner_confidence, one.reasoner), fitting, rest, seed),
        },
    )


def by_user(values: Numbers, users: NDArray[Any]) -> Numbers:
    """[C, U] the means of columns [C, B] over each user's queries: users are drawn, queries of one hang together.

    Example:
        >>> by_user(np.array([[1.0, 0.0, 1.0]]), np.array([7, 7, 3])).tolist()
        [[1.0, 0.5]]
    """
    _, place, count = np.unique(users, return_inverse=True, return_counts=True)
    return np.stack([np.bincount(place, weights=column) / count for column in values])


def tool_choice(gained: Numbers, single: Single, users: NDArray[Any], seed: int) -> ToolChoice:
    """Put gains [B] between those with a tool drawn for each query and with the best one."""
    columns = by_user(np.stack([gained, single.drawn, single.best]), users)
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
    losses = by_user(np.stack([_losses(policy, table, price) for price in PRICES]), table.users)
    rng = np.random.default_rng(seed)
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
