"""The bench `vlm-speed`: what the reasoner's engine saves, against the usual ways with the same model, in one run."""

from __future__ import annotations

import shlex
import statistics
import sys
import time
from collections.abc import Callable, Mapping
from copy import deepcopy
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import torch
import typer

from recipes.bench.page import write_below
from recipes.bench.tool_answers import asked_for, queries
from recipes.bench.vlm_beams import BEAMS, CODES, LEVELS, beam_search
from rr_data.interfaces import PreparedDataset
from rr_planner import QueryBatch
from rr_vlm import CurriculumSampler, PretrainedOptions, VlmError, VlmReasoner
from rr_vlm.backbones.options import SMOL
from rr_vlm.backbones.pretrained import pretrained_backbone
from rr_vlm.backbones.smol import smol_folder

CANDIDATES = 100
DEPTH = 20
BATCH, STEPS = 64, 2000
REPEATS = 3
Figures = Mapping[str, float]


def vlm_speed(
    reasoner: Annotated[Path, typer.Argument(help="A tuned reasoner.")],
    data: Annotated[Path, typer.Option(help="The prepared dataset that it was tuned on.")],
    users: Annotated[
        int, typer.Option(min=1, help="Users to rank the catalogue for; a sixteenth by beam search.")
    ] = 512,
    scored: Annotated[int, typer.Option(min=1, help="Users whose 100 candidates are scored.")] = 16,
    threads: Annotated[int, typer.Option(min=1, help="Of torch.")] = 2,
    seed: Annotated[int, typer.Option(help="Draws users and candidates.")] = 0,
    out: Annotated[Path, typer.Option(help="The page to write; what is above its table is kept.")] = Path(
        "docs/results/vlm_speed.md"
    ),
) -> None:
    """Time ranking, scoring of candidates, the curriculum sampler and loading; medians of three."""
    torch.set_num_threads(threads)
    tuned, dataset = VlmReasoner.load(reasoner), PreparedDataset.open(data)
    rng, test = np.random.default_rng(seed), asked_for(dataset, 0)
    drawn = queries(dataset, test.take(np.sort(rng.permutation(len(test))[:users])))
    figures = {
        **ranking(tuned, drawn),
        **quantized(tuned, drawn),
        **scoring(tuned, with_candidates(drawn.take(np.arange(min(scored, len(drawn)))), dataset.n_items, rng)),
        **sampling(tuned, dataset),
        **loading(reasoner),
    }
    text = page(figures, dataset.n_items, threads, shlex.join(["nox", "-s", "bench", "--", *sys.argv[1:]]))
    write_below(out, text, title="Speed of the reasoner")
    typer.echo(text)


def ranking(reasoner: VlmReasoner, asked: QueryBatch) -> Figures:
    """Users a second over the whole catalogue, in one forward pass and by beam search."""
    few = asked.take(np.arange(max(1, len(asked) // 16)))
    return {
        "one pass": len(asked) / seconds(lambda: reasoner.deliberate(asked, DEPTH)),
        "beam search": len(few) / seconds(lambda: beam_search(reasoner, few)),
    }


def quantized(reasoner: VlmReasoner, asked: QueryBatch) -> Figures:
    """Users a second with linear layers in int8, and for how many the first item stays the same."""
    parts = reasoner.parts
    quantize: Callable[..., Any] = torch.ao.quantization.quantize_dynamic
    rounded = quantize(deepcopy(parts.model), {torch.nn.Linear}, dtype=torch.qint8)
    other = VlmReasoner(model=rounded, encoder=parts.encoder, catalogue=parts.catalogue, card=parts.card)
    first, second = (one.deliberate(asked, 1).items for one in (reasoner, other))
    return {
        "int8": len(asked) / seconds(lambda: other.deliberate(asked, DEPTH)),
        "same first item": float((first == second).mean()),
    }


def scoring(reasoner: VlmReasoner, asked: QueryBatch) -> Figures:
    """Users a second with 100 candidates each, which share a beginning, and with one prompt for each candidate."""
    assert asked.candidates is not None
    rows, size = np.repeat(np.arange(len(asked)), asked.candidates.shape[1]), asked.candidates.size
    apart = QueryBatch.of(
        users=asked.users[rows],
        histories=[asked.histories[row] for row in rows],
        evidence_horizon=asked.evidence_horizon[rows],
        candidates=asked.candidates.reshape(size, 1),
    )
    together, alone = (reasoner.click_probability(batch, task="direct").ravel() for batch in (asked, apart))
    return {
        "shared beginning": len(asked) / seconds(lambda: reasoner.rank_by_yes(asked, DEPTH)),
        "one prompt a candidate": len(asked) / seconds(lambda: reasoner.rank_by_yes(apart, 1)),
        "largest difference": float(np.abs(together - alone).max()),
    }


def sampling(reasoner: VlmReasoner, data: PreparedDataset) -> Figures:
    """Seconds of an optimizer step as tuned, and of drawing its rows."""
    training, levels = reasoner.parts.card.training, data.evidence_horizon().levels
    rows = np.random.default_rng(0).choice(levels, size=int(training["rows"]))
    lengths = np.random.default_rng(1).integers(20, 200, size=len(rows))
    sampler = CurriculumSampler(rows, batch_size=BATCH, max_steps=STEPS, seed=0, lengths=lengths)
    return {
        "step": float(training["seconds"]) / int(training["steps"]),
        "sampler": seconds(lambda: sum(1 for _ in sampler)) / STEPS,
    }


def loading(reasoner: Path) -> Figures:
    """Seconds to load the reasoner, and the backbone `smol` where it has been converted or can be."""
    figures = {"load embedded": seconds(lambda: VlmReasoner.load(reasoner))}
    try:
        smol_folder()
    except VlmError as error:
        typer.echo(f"smol is not measured: {error}", err=True)
        return figures
    return {**figures, "load smol": seconds(lambda: pretrained_backbone(PretrainedOptions(name=SMOL)))}


def with_candidates(asked: QueryBatch, n_items: int, rng: np.random.Generator) -> QueryBatch:
    """Ask about 100 drawn items each."""
    drawn = [rng.permutation(n_items)[:CANDIDATES] for _ in range(len(asked))]
    return QueryBatch.of(
        users=asked.users,
        histories=asked.histories,
        evidence_horizon=asked.evidence_horizon,
        candidates=np.stack(drawn),
    )


def seconds(work: Callable[[], Any]) -> float:
    """Wall time, the median of three."""
    times = []
    for _ in range(REPEATS):
        started = time.perf_counter()
        work()
        times.append(time.perf_counter() - started)
    return statistics.median(times)


def page(figures: Figures, n_items: int, threads: int, command: str) -> str:
    """The table."""
    ways = [
        ("rank users over the catalogue", "one pass", "beam search", "users/s"),
        (f"score {CANDIDATES} candidates", "shared beginning", "one prompt a candidate", "users/s"),
    ]
    lines = [f"`{command}`: {n_items:,} items, {threads} threads, medians of {REPEATS}.", ""]
    lines += ["| work | ours | the usual way | times |", "|---|---|---|---|"]
    for work, ours, usual, unit in ways:
        cells = [f"{figures[way]:.2f} {unit} ({way})" for way in (ours, usual)]
        lines.append(f"| {work} | {' | '.join(cells)} | {figures[ours] / figures[usual]:.1f} |")
    drawn, step = figures["sampler"], figures["step"]
    lines += ["", f"- Beam search: {BEAMS} beams, {LEVELS} tokens an item out of {CODES} each, constrained to a trie."]
    lines += [f"- With linear layers quantised to int8 it ranks {figures['int8']:.0f} users/s and puts the"]
    lines[-1] += f" same item first for {figures['same first item']:.0%} of the users."
    lines += [f"- The two ways to score differ by at most {figures['largest difference']:.1e} in P(yes)."]
    lines += [f"- The curriculum sampler draws the {BATCH} rows of a step in {1e6 * drawn:.0f} us, {drawn / step:.3%}"]
    lines[-1] += f" of the {step:.2f} s of a step of this reasoner's tuning."
    lines += [f"- The embedded reasoner loads in {figures['load embedded']:.2f} s."]
    if "load smol" in figures:
        lines += [f"- `smol` loads in {figures['load smol']:.2f} s, once it has been converted."]
    return "\n".join(lines)
