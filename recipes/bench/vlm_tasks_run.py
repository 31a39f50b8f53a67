"""One reasoner for three tasks: `python -m recipes.bench.vlm_tasks_run DATA TOOLS OUT --seed N`.

Tuned on one mixture of sequential, direct and click rows, calibrated on validation clicks, asked for the test's
candidates and clicks. A process of its own; killed, it goes on where it was when it is run again.
"""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import torch
import typer
from numpy.typing import NDArray

from recipes.bench.tool_answers import list_ranks, queries, trained
from recipes.bench.vlm_rows import WIDTH, catalogue, windowed
from recipes.bench.vlm_settings import REASONREC, VlmSettings
from recipes.demo.examples import last_items
from recipes.reproduce.clicks import TEST, VALIDATION, Questions
from rr_data.interfaces import PreparedDataset, training_queries, training_rows
from rr_tools import CtrData
from rr_vlm import EmbeddedOptions, PromptOptions, VlmReasoner, train

RESULT, ANSWERS = "result.json", "answers.npz"
ASKED = ("direct", "ctr")
CALIBRATED_ON = 20_000  # clicks
AT_ONCE = 500
Columns = dict[str, NDArray[Any]]


def run(
    data: Path,
    tools: Path,
    out: Path,
    *,
    seed: int = 0,
    steps: Annotated[int, typer.Option(help="Optimizer steps.")] = REASONREC.steps,
    users: Annotated[int, typer.Option(min=1, help="Test users, drawn, whose candidates are ranked.")] = 5000,
    clicks: Annotated[int, typer.Option(min=1, help="Test clicks and negatives, drawn.")] = 20_000,
    threads: int = 1,
) -> None:
    """Tune on the prepared dataset DATA, item tokens starting from the SASRec kept in TOOLS; write `OUT/result.json`.

    DATA holds candidates and clicks: `rr-data prepare --candidates 100 --ctr-negatives 4`.
    """
    torch.set_num_threads(threads)
    dataset, settings = PreparedDataset.open(data), replace(REASONREC, steps=steps)
    if not (out / "reasoner").exists():
        _tune(dataset, tools, settings, seed, out)
    reasoner = VlmReasoner.load(out / "reasoner")
    np.savez(out / ANSWERS, **ranked(reasoner, dataset, users), **clicked(reasoner, dataset, clicks))
    chosen = ["--seed", str(seed), "--steps", str(steps), "--users", str(users), "--clicks", str(clicks)]
    result = {
        "command": f"python -m recipes.bench.vlm_tasks_run DATA TOOLS OUT {shlex.join(chosen)}",
        "seed": seed,
        "rows": reasoner.parts.card.training["rows"],
        "training_seconds": reasoner.parts.card.training["seconds"],
    }
    partial = out / "result.partial"
    partial.write_text(json.dumps(result, indent=2), encoding="utf-8")
    partial.replace(out / RESULT)


def tuning_rows(data: PreparedDataset, settings: VlmSettings, seed: int) -> Iterator[dict[str, Any]]:
    """Windows over the training items, and of the other tasks as many rows as may be drawn."""
    yield from windowed(data, data.sequences(until="train"), settings, seed)
    most = settings.steps * settings.batch
    for number, task in enumerate(ASKED):
        asked = training_queries(data, task, seed=seed, **({"per_user": 2} if task == "direct" else {}))
        drawn = np.random.default_rng((seed, number)).permutation(len(asked))[:most]
        yield from training_rows(
            data, asked.take(np.sort(drawn)), seed=seed, history_length=settings.history, pictures=0
        )


def ranked(reasoner: VlmReasoner, data: PreparedDataset, users: int) -> Columns:
    """The places of the test items among their stored candidates, by P(yes) and by the distribution over items."""
    table = data.candidates("test")
    assert table is not None
    drawn = np.sort(np.random.default_rng(0).permutation(len(table))[:users])
    lists = dict(zip(table["user"].to_list(), table["items"].to_list(), strict=True))
    examples = last_items(data.sequences(until="validation"), data.targets("test"))
    rows = np.flatnonzero(np.isin(examples.users, table["user"].to_numpy()[drawn]))
    examples = examples.take(rows)
    candidates = np.array([lists[user] for user in examples.users.tolist()], dtype=np.int64)
    found: dict[str, list[NDArray[Any]]] = {"yes": [], "distribution": []}
    for start in range(0, len(examples), AT_ONCE):
        some = slice(start, start + AT_ONCE)
        part = examples.take(np.arange(len(examples))[some])
        batch = replace(queries(data, part), candidates=candidates[some])
        found["yes"].append(list_ranks(reasoner.rank_by_yes(batch, candidates.shape[1])[0], part.targets))
        told = reasoner.deliberate(batch, candidates.shape[1])
        found["distribution"].append(list_ranks(told.items, part.targets))
    return {f"direct|{way}": np.concatenate(ranks) for way, ranks in found.items()}


def clicked(reasoner: VlmReasoner, data: PreparedDataset, clicks: int) -> Columns:
    """Probabilities of drawn test clicks, calibrated on validation clicks, and whether they were."""
    table = CtrData.from_prepared(data).clicks
    assert table is not None
    held_out = Questions.of(data, table.part(VALIDATION), most=CALIBRATED_ON, seed=0)
    asked = Questions.of(data, table.part(TEST), most=clicks, seed=0)
    raw = reasoner.click_probability(asked.batch)
    sure = reasoner.calibrated_clicks(held_out.batch, held_out.labels[:, None]).click_probability(asked.batch)
    return {"ctr|raw": raw[:, 0], "ctr|calibrated": sure[:, 0], "ctr|label": asked.labels}


def _tune(data: PreparedDataset, tools: Path, settings: VlmSettings, seed: int, out: Path) -> None:
    out.mkdir(parents=True, exist_ok=True)
    rows = list(tuning_rows(data, settings, seed))
    train(
        rows,
        catalogue=catalogue(data, trained("sasrec", data, tools, hidden=2), settings, seed),
        out=out / "reasoner",
        prompt=PromptOptions(history_length=settings.history, pictures=0),
        backbone=EmbeddedOptions(width=WIDTH),
        options={
            "max_steps": settings.steps_for(len(rows)),
            "per_device_train_batch_size": settings.batch,
            "learning_rate": settings.learning_rate,
            "seed": seed,
        },
        resume=True,
        progress=lambda done, total: None if done % 50 else typer.echo(f"{out.name}: step {done}/{total}", err=True),
    )


if __name__ == "__main__":
    typer.run(run)
