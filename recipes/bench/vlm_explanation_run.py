"""A reasoner on a small pretrained language model that explains: `python -m recipes.bench.vlm_explanation_run`.

A process of its own; killed, it goes on where it was when it is run again.
"""

from __future__ import annotations

import json
import resource
import shlex
import time
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import torch
import typer

from recipes.bench.explanation_run import Part
from recipes.bench.vlm_explanation_data import WORDING, Explained, first_words
from recipes.bench.vlm_run import KIB
from rr_planner import QueryBatch
from rr_tools.explanation.config import ExplanationConfig
from rr_vlm import PretrainedOptions, PromptOptions, VlmReasoner, train

BACKBONE = PretrainedOptions(name="smol", dtype="bfloat16", attention="eager", lora_dropout=0.0)
WIDTH = 576  # of its hidden states
LONGEST = ExplanationConfig().max_words  # words of a text, signs included: as many as the classical models may write
TOKENS = 2 * LONGEST
PASSES = 3  # over the training rows
BATCH, AT_ONCE = 16, 8  # rows of a step, and of them at once: half the memory
LEARNING_RATE = 5e-4


def run(
    data: Path,
    out: Path,
    *,
    seed: int = 0,
    part: Part = "test",
    split_seed: Annotated[int, typer.Option(help="Splits JSON lines 8:1:1.")] = 0,
    threads: int = 1,
) -> None:
    """Tune on DATA, unless OUT holds the reasoner, and write `OUT/PART.json`: its texts and what they took."""
    torch.set_num_threads(threads)
    told = Explained.read(data, split_seed=split_seed)
    if not (out / "reasoner").exists():
        _tune(told, seed, out)
    reasoner = VlmReasoner.load(out / "reasoner").merged()
    started, places = time.process_time(), told.data.rows(part)
    texts = written(reasoner, told, places)
    training = reasoner.parts.card.training
    chosen = ["--seed", str(seed), "--part", part]
    result = {
        "command": f"python -m recipes.bench.vlm_explanation_run DATA OUT {shlex.join(chosen)}",
        "steps": training["steps"],
        "seconds": training["seconds"],
        "milliseconds": 1000.0 * (time.process_time() - started) / max(1, len(places)),
        "peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * KIB,
        "texts": texts,
    }
    partial = out / "result.partial"
    partial.write_text(json.dumps(result, indent=2, ensure_ascii=False), encoding="utf-8")
    partial.replace(result_file(out, part))


def result_file(out: Path, part: Part) -> Path:
    """Where the texts of a part stand."""
    return out / f"{part}.json"


def written(reasoner: VlmReasoner, told: Explained, places: np.ndarray[Any, Any]) -> list[str]:
    """Return what it says of some rows, greedily: several beams wrote worse texts on the books."""
    queries = QueryBatch.of(
        users=told.data.users[places], histories=[[]] * len(places), evidence_horizon=np.zeros(len(places))
    )
    notes = [told.notes[place] for place in places]
    texts = reasoner.explain(
        queries, told.data.items[places], told.stars[places], notes=notes, max_words=TOKENS, beams=1
    )
    return [first_words(text, LONGEST) for text in texts]


def _tune(told: Explained, seed: int, out: Path) -> None:
    out.mkdir(parents=True, exist_ok=True)
    rows = list(told.rows(told.data.rows("train"), longest=LONGEST))
    train(
        rows,
        catalogue=told.catalogue(WIDTH),
        out=out / "reasoner",
        prompt=PromptOptions(pictures=0, wordings={"explanation": WORDING.text}),
        backbone=BACKBONE,
        options={
            "max_steps": -(-PASSES * len(rows) // BATCH),
            "per_device_train_batch_size": AT_ONCE,
            "gradient_accumulation_steps": BATCH // AT_ONCE,
            "learning_rate": LEARNING_RATE,
            "curriculum": {"uniform": True},
            "seed": seed,
            "bf16": True,
            "use_cpu": True,
            "save_steps": 50,
        },
        resume=True,
        progress=lambda done, total: None if done % 10 else typer.echo(f"{out.name}: step {done}/{total}", err=True),
    )


if __name__ == "__main__":
    typer.run(run)
