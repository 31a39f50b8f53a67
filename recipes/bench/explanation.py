"""The bench `explanation`: Attn2Seq, NRT and PETER, their texts compared with people's."""

from __future__ import annotations

import json
import shlex
import statistics
import subprocess
import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import typer

from recipes.bench.explanation_copy import copied_texts, said_before
from recipes.bench.explanation_data import explanation_data
from recipes.bench.explanation_run import RESULT
from recipes.bench.explanation_scores import text_scores
from recipes.bench.explanation_settings import MODELS
from rr_tools.explanation.explanation_data import TEST

Result = Mapping[str, Any]
COPY = "copy"
METRICS = ("BLEU-4", "ROUGE-L")
HEAD = [
    "# Explanations",
    "",
    "BLEU-4 of the corpus, without smoothing, one reference a text (as PETER and P5 count it), and mean",
    "ROUGE-L F (as rouge-score counts it, no stemming), in percent, over lower-case words; BLEU takes signs for words.",
    "As with PETER's authors, references are cut to as many words as a model may write; then uncut. Unlike there,",
    "a reference's word that the model does not know stays the word it is. Means over seeds, with their standard",
    "deviation. Models stop on the likelihood of the validation texts; options were chosen on those texts with seed 0",
    "(`recipes/bench/explanation_settings.py`). Attn2Seq reads the true rating, as in its paper; the others read user",
    "and item alone. `copy` says again what the user said last. ONNX Runtime wrote the texts on one thread.",
    "",
]


def explanation(
    data: Annotated[list[Path], typer.Option(help="A prepared dataset with explanations, or JSON lines; repeatable.")],
    seeds: Annotated[int, typer.Option(min=1, help="Seeds of each model, from 0 on.")] = 3,
    split_seed: Annotated[int, typer.Option(help="Splits JSON lines 8:1:1.")] = 0,
    cache: Annotated[Path, typer.Option(help="Where everything is kept; what is there is not trained again.")] = Path(
        "out/bench/explanation"
    ),
    out: Annotated[Path, typer.Option(help="The page to write.")] = Path("docs/results/explanation.md"),
) -> None:
    """Train the explaining models and compare what they say on the test rows. Killed, it goes on where it was."""
    command = shlex.join(["nox", "-s", "bench", "--", *sys.argv[1:]])
    sections: list[str] = []
    for path in data:
        name = path.name.split(".")[0]
        found = []
        for model in MODELS:
            for seed in range(seeds):
                target = cache / name / model / str(seed)
                if not (target / RESULT).exists():
                    _train(path, model, seed, split_seed, target)
                found.append(json.loads((target / RESULT).read_text(encoding="utf-8")))
        sections += section(name, path, split_seed, found)
        out.parent.mkdir(parents=True, exist_ok=True)
        out.write_text("\n".join([*HEAD, f"`{command}`", "", *sections]), encoding="utf-8")
    typer.echo(out.read_text(encoding="utf-8"))


def section(name: str, path: Path, split_seed: int, found: Sequence[Result]) -> list[str]:
    """One data set: its sizes, a row a model, and what the first test rows got."""
    data = explanation_data(path, split_seed=split_seed)
    rows = np.flatnonzero(data.parts == TEST)
    longest = int(found[0]["config"]["max_words"])
    references = [data.texts[row] for row in rows]
    copied = copied_texts(data, rows)
    cut, whole = (text_scores(copied, references, longest=words) for words in (longest, None))
    sizes = "/".join(f"{int((data.parts == part).sum()):,}" for part in range(3))
    by_model = {model: [result for result in found if result["model"] == model] for model in MODELS}
    return [
        f"## {name}",
        "",
        f"{sizes} texts for training, validation and test, {data.n_users:,} users, {data.n_items:,} items; at most "
        f"{longest} words.",
        f"{said_before(data, rows):.0%} of the test texts stand word for word among the same user's training texts.",
        "",
        "| model | BLEU-4 | ROUGE-L | BLEU-4, uncut | ROUGE-L, uncut | validation perplexity | distinct | minutes "
        "| ms a text |",
        "|---|---|---|---|---|---|---|---|---|",
        *(_row(model, results) for model, results in by_model.items()),
        f"| {COPY} | {' | '.join(f'{scores[metric]:.2f}' for scores in (cut, whole) for metric in METRICS)} | | "
        f"{len(set(copied)) / len(copied):.0%} | | |",
        "",
        "Of the test rows the first three, by seed 0:",
        "",
        *_examples(by_model, references),
        "",
        "Options that differ from the defaults:",
        "",
        *(f"- `{results[0]['command']}`" for results in by_model.values()),
        "",
    ]


def _row(model: str, found: Sequence[Result]) -> str:
    scores = [_mean(result[kind][metric] for result in found) for kind in ("scores", "whole") for metric in METRICS]
    perplexity = _mean(result["metrics"]["validation_perplexity"] for result in found)
    distinct = statistics.mean(result["distinct"] / result["texts"] for result in found)
    minutes = statistics.mean(result["seconds"] for result in found) / 60
    milliseconds = statistics.mean(result["milliseconds"] for result in found)
    return f"| {model} | {' | '.join(scores)} | {perplexity} | {distinct:.0%} | {minutes:.1f} | {milliseconds:.2f} |"


def _examples(by_model: Mapping[str, Sequence[Result]], references: Sequence[str]) -> list[str]:
    lines = []
    for row, reference in enumerate(references[:3]):
        lines.append(f"- a person: {_quoted(reference)}")
        lines += [f"  - {model}: {_quoted(found[0]['examples'][row][0])}" for model, found in by_model.items()]
    return lines


def _quoted(text: str) -> str:
    return f"*{' '.join(text.split())}*"


def _mean(values: Iterable[float]) -> str:
    numbers = list(values)
    spread = f" ± {statistics.stdev(numbers):.2f}" if len(numbers) > 1 else ""
    return f"{statistics.mean(numbers):.2f}{spread}"


def _train(data: Path, model: str, seed: int, split_seed: int, out: Path) -> None:
    out.mkdir(parents=True, exist_ok=True)
    arguments = [str(data), model, str(seed), str(out), "--split-seed", str(split_seed)]
    done = subprocess.run([sys.executable, "-m", "recipes.bench.explanation_run", *arguments], check=False)
    if done.returncode:
        typer.echo(f"error: {model} failed on {data}; run the same command again to go on", err=True)
        raise typer.Exit(done.returncode if done.returncode > 0 else 1)
