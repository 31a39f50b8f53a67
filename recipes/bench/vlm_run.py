"""One reasoner: tuned, calibrated, measured. `python -m recipes.bench.vlm_run DATA TOOLS OUT --variant NAME --seed N`.

A process of its own, so that its peak of memory is its own; killed, it goes on where it was when it is run again.
"""

from __future__ import annotations

import json
import resource
import shlex
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import torch
import typer
from numpy.typing import NDArray

from recipes.bench.fused_answers import FITTED, FUSED, REACH, cross_fused, fuse, fusion_of, with_fused
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
from recipes.bench.vlm_noise import disturbed, overruling
from recipes.bench.vlm_rows import WIDTH, catalogue, tuning_rows
from recipes.bench.vlm_settings import VARIANTS, VlmSettings
from rr_data.interfaces import PreparedDataset
from rr_vlm import EmbeddedOptions, PromptOptions, VlmReasoner, train

RESULT, ANSWERS = "result.json", "answers.npz"
DEPTH = 20
USERS_AT_ONCE = 2000
KIB = 1 if sys.platform == "darwin" else 1024
Columns = dict[str, NDArray[Any]]


def run(
    data: Path,
    tools: Path,
    out: Path,
    *,
    variant: str = "reasonrec",
    seed: int = 0,
    steps: Annotated[int | None, typer.Option(help="Optimizer steps; otherwise those of the settings.")] = None,
    users: Annotated[int | None, typer.Option(min=1, help="At most so many test users, drawn; no wrong tools.")] = None,
    threads: int = 1,
) -> None:
    """Tune on the prepared dataset DATA with the tools kept in TOOLS; write `OUT/answers.npz` and `OUT/result.json`."""
    torch.set_num_threads(threads)
    settings = VARIANTS[variant] if steps is None else replace(VARIANTS[variant], steps=steps)
    dataset = PreparedDataset.open(data)
    honest = ask_honestly(dataset, tools, k=REACH)
    fused = cross_fused(honest, dataset, tools / "cross-fused.npz", k=settings.shown)
    fitting, held_out = split(fused, len(asked_for(dataset, HONEST[-1])), settings.held_out)
    if not (out / "reasoner").exists():
        _tune(dataset, fitting, tools, settings, seed, out)
    reasoner, tuned = VlmReasoner.load(out / "reasoner"), time.perf_counter()
    reasoner = calibrated(reasoner, held_out)
    asked = _drawn(ask(dataset, tools, TEST, k=REACH), users)
    asked = with_fused(asked, fuse(fusion_of(honest, dataset, tools / FITTED), asked, k=settings.shown))
    columns = measured(reasoner, asked, dataset)
    noise = overruling(reasoner, asked, seed) if variant == "reasonrec" and users is None else {}
    np.savez(out / ANSWERS, **columns)
    chosen = ["--variant", variant, "--seed", str(seed), "--steps", str(settings.steps)]
    chosen += [] if users is None else ["--users", str(users)]
    _write_result(out, reasoner, variant, seed, settings, chosen, noise, time.perf_counter() - tuned)


def split(asked: Asked, last: int, share: float) -> tuple[Asked, Asked]:
    """Part examples into those that are tuned on and those held out, some users' among the last ones.

    Who is held out does not hang on who else is there.
    """
    drawn = np.random.default_rng(0).random(asked.examples.users.max(initial=0) + 1) < share
    out = drawn[asked.examples.users] & (np.arange(len(asked)) >= len(asked) - last)
    return asked.take(np.flatnonzero(~out)), asked.take(np.flatnonzero(out))


def _drawn(asked: Asked, most: int | None) -> Asked:
    """Draw test users, the same ones in every run."""
    if most is None:
        return asked
    return asked.take(np.sort(np.random.default_rng(0).permutation(len(asked))[:most]))


def calibrated(reasoner: VlmReasoner, held_out: Asked) -> VlmReasoner:
    """Calibrate answering alone and with the tools' answers, right ones and disturbed ones."""
    targets = held_out.examples.targets
    alone = reasoner.calibrated(held_out.queries, targets)
    return alone.calibrated(held_out.queries, targets, held_out.answers, disturbed=[disturbed(held_out, seed=0)])


def measured(reasoner: VlmReasoner, asked: Asked, data: PreparedDataset) -> Columns:
    """By `test|SYSTEM|...` the rank of each target (inf beyond the list) and what the reasoner believed."""
    ranks: dict[str, list[NDArray[Any]]] = {"alone": [], "consulting": []}
    beliefs: dict[str, list[NDArray[Any]]] = {"alone": [], "consulting": []}
    masses: dict[str, list[NDArray[Any]]] = {"alone": [], "consulting": []}
    for first in range(0, len(asked), USERS_AT_ONCE):
        chunk = asked.take(np.arange(first, min(first + USERS_AT_ONCE, len(asked))))
        for name, found in zip(ranks, reasoner.deliberate_both(chunk.queries, DEPTH, chunk.answers), strict=True):
            ranks[name].append(list_ranks(found.items, chunk.examples.targets))
            beliefs[name].append(found.confidence)
            masses[name].append(np.exp(found.scores[:, :1].astype(np.float64)).sum(axis=1))
    columns: Columns = {"test|level": data.evidence_horizon().levels[asked.examples.users]}
    for name in ranks:
        columns[f"test|{name}|rank"] = np.concatenate(ranks[name])
        columns[f"test|{name}|confidence"] = np.concatenate(beliefs[name])
        columns[f"test|{name}|max probability"] = np.concatenate(masses[name])
    for name, answer in asked.answers.items():
        columns[f"test|{name}|rank"] = list_ranks(codes(answer), asked.examples.targets)
    return columns


def _tune(data: PreparedDataset, asked: Asked, tools: Path, settings: VlmSettings, seed: int, out: Path) -> None:
    out.mkdir(parents=True, exist_ok=True)
    rows = tuning_rows(data, asked, settings, seed)
    train(
        rows,
        catalogue=catalogue(data, trained("sasrec", data, tools, hidden=2), settings, seed),
        out=out / "reasoner",
        tools=(*TOOLS, FUSED) if settings.tools else (),
        prompt=PromptOptions(
            history_length=settings.history, pictures=0, answers_shown=settings.shown, template=settings.template or 0
        ),
        backbone=EmbeddedOptions(width=WIDTH),
        options={
            "max_steps": settings.steps_for(len(rows)),
            "per_device_train_batch_size": settings.batch,
            "learning_rate": settings.learning_rate,
            "curriculum": dict(settings.curriculum),
            "seed": seed,
        },
        resume=True,
        progress=lambda done, total: None if done % 50 else typer.echo(f"{out.name}: step {done}/{total}", err=True),
    )


def _write_result(
    out: Path, reasoner: VlmReasoner, variant: str, seed: int, settings: VlmSettings,
    chosen: Sequence[str], noise: Mapping[str, float], seconds: float,
) -> None:  # fmt: skip
    training = reasoner.parts.card.training
    result = {
        "variant": variant,
        "seed": seed,
        "command": f"python -m recipes.bench.vlm_run DATA TOOLS OUT {shlex.join(chosen)}",
        "settings": {"steps": training["steps"], "batch": settings.batch},
        "rows": training["rows"],
        "training_seconds": training["seconds"],
        "answering_seconds": seconds,
        "peak_bytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * KIB,
        "noise": dict(noise),
    }
    partial = out / "result.partial"
    partial.write_text(json.dumps(result, indent=2), encoding="utf-8")
    partial.replace(out / RESULT)


if __name__ == "__main__":
    typer.run(run)
