"""One explainer: trained, then asked to explain every row of a part. `python -m recipes.bench.explanation_run --help`.

A process of its own; killed, it goes on where it was when it is run again.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any, Literal

import torch
import typer

from recipes.bench.explanation_data import explanation_data
from rr_tools import ExplanationData, load_explainer, train

TRAINED = "trained.json"
KIB = 1024
Part = Literal["validation", "test"]


@dataclass(frozen=True, slots=True)
class Job:
    """What is trained on what; arguments as of `run`."""

    data: Path
    model: str
    seed: int
    options: Mapping[str, Any] = field(default_factory=dict)
    split_seed: int = 0


def result_of(job: Job, part: Part, *, out: Path) -> Mapping[str, Any]:
    """Return what a process of its own wrote for a part, or kept in `out` when it ran before.

    Raises:
        typer.Exit: it failed.
    """
    if not _result(out, part).exists():
        out.mkdir(parents=True, exist_ok=True)
        arguments = [str(job.data), job.model, str(job.seed), str(out)]
        arguments += ["--split-seed", str(job.split_seed), "--part", part]
        arguments += [argument for key, value in job.options.items() for argument in ("--set", f"{key}={value}")]
        done = subprocess.run([sys.executable, "-m", "recipes.bench.explanation_run", *arguments], check=False)
        if done.returncode:
            typer.echo(f"error: {job.model} failed on {job.data}; run the same command again to go on", err=True)
            raise typer.Exit(done.returncode if done.returncode > 0 else 1)
    return _read(_result(out, part))


def run(
    data: Path,
    model: str,
    seed: int,
    out: Path,
    *,
    split_seed: int = 0,
    part: Part = "test",
    options: Annotated[list[str] | None, typer.Option("--set", help="KEY=VALUE, an option of the model.")] = None,
) -> None:
    """Train MODEL on DATA, unless OUT holds it, and write `OUT/PART.json`: its texts and what they took."""
    torch.set_num_threads(1)
    texts = explanation_data(data, split_seed=split_seed)
    if not (out / TRAINED).exists():
        _write(out / TRAINED, _training(model, texts, seed, out, options or []))
    explainer = load_explainer(out / "tool")
    asked = texts.pairs(texts.rows(part))
    started = time.process_time()
    written = explainer.explain(*asked)
    result = {
        **_read(out / TRAINED),
        "milliseconds": 1000.0 * (time.process_time() - started) / max(1, len(written)),
        "longest": explainer.inputs.longest,
        "command": explainer.card.command,
        "metrics": dict(explainer.card.metrics),
        "texts": written,
    }
    _write(_result(out, part), result)


def _training(model: str, data: ExplanationData, seed: int, out: Path, options: list[str]) -> dict[str, float]:
    """Train and export `OUT/tool`; return the processor's seconds and the most bytes that this process held."""
    started = time.process_time()
    train(
        model,
        data,
        out=out / "tool",
        config=dict(option.split("=", 1) for option in options),
        seed=seed,
        checkpoint=out / "checkpoint",
        logs=out / "logs",
        progress=lambda done, total, text: typer.echo(f"{model}, seed {seed}: {text}", err=True),
    )
    unit = 1 if sys.platform == "darwin" else KIB
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit
    return {"seconds": time.process_time() - started, "peak": peak}


def _result(out: Path, part: Part) -> Path:
    return out / f"{part}.json"


def _read(path: Path) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return content


def _write(path: Path, content: Mapping[str, Any]) -> None:
    partial = path.with_suffix(".partial")
    partial.write_text(json.dumps(content, indent=2, ensure_ascii=False), encoding="utf-8")
    partial.replace(path)


if __name__ == "__main__":
    typer.run(run)
