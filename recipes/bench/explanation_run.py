"""One explainer: trained, then asked to explain every test row. `python -m recipes.bench.explanation_run --help`.

A process of its own; killed, it goes on where it was when it is run again.
"""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import torch
import typer

from recipes.bench.explanation_data import explanation_data
from recipes.bench.explanation_scores import text_scores
from recipes.bench.explanation_settings import settings_of
from rr_tools import Explainer, ExplanationData, load_explainer, train
from rr_tools.explanation.explanation_data import PART_CODES

RESULT = "result.json"
EXAMPLES = 5


def run(
    data: Path,
    model: str,
    seed: int,
    out: Path,
    *,
    split_seed: int = 0,
    part: str = "test",
    options: Annotated[list[str] | None, typer.Option("--set", help="KEY=VALUE, instead of the settings'.")] = None,
) -> None:
    """Train MODEL on DATA and write `OUT/result.json`."""
    torch.set_num_threads(1)
    texts = explanation_data(data, split_seed=split_seed)
    config = settings_of(model, long_texts=data.is_file())
    config |= dict(option.split("=", 1) for option in options or [])
    started = time.perf_counter()
    folder = train(
        model,
        texts,
        out=out / "tool",
        config=config,
        seed=seed,
        checkpoint=out / "checkpoint",
        logs=out / "logs",
        progress=lambda done, total, text: typer.echo(f"{model}, seed {seed}: {text}", err=True),
    )
    explainer = load_explainer(folder)
    result = {
        "model": model,
        "seed": seed,
        "seconds": time.perf_counter() - started,
        "config": dict(explainer.card.config),
        "command": explainer.card.command,
        "metrics": dict(explainer.card.metrics),
        **answers(explainer, texts, part),
    }
    partial = out / "result.partial"
    partial.write_text(json.dumps(result, indent=2, ensure_ascii=False), encoding="utf-8")
    partial.replace(out / RESULT)


def answers(explainer: Explainer, data: ExplanationData, part: str) -> Mapping[str, Any]:
    """Explain all rows of a part; return the scores, the milliseconds a text and some examples."""
    rows = np.flatnonzero(data.parts == PART_CODES[part])
    ratings = None if data.ratings is None else data.ratings[rows]
    features = None if data.features is None else [data.features[row] for row in rows]
    started = time.perf_counter()
    texts = explainer.explain(data.users[rows], data.items[rows], ratings, features)
    seconds = time.perf_counter() - started
    references = [data.texts[row] for row in rows]
    pairs = list(zip(texts, references, strict=True))
    return {
        "part": part,
        "texts": len(rows),
        "distinct": len(set(texts)),
        "milliseconds": 1000.0 * seconds / max(1, len(rows)),
        "scores": text_scores(texts, references, longest=explainer.inputs.longest),
        "whole": text_scores(texts, references),
        "examples": pairs[:EXAMPLES],
    }


if __name__ == "__main__":
    typer.run(run)
