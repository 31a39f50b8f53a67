"""The bench `vlm-explanation`: a small pretrained language model that reads titles and texts, beside PETER."""

from __future__ import annotations

import json
import shlex
import statistics
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import typer

from recipes.bench.explanation import AHEAD, DataSet
from recipes.bench.explanation_data import explanation_data, name_of
from recipes.bench.explanation_run import Part
from recipes.bench.explanation_scores import CUT_METRICS, cut, text_scores
from recipes.bench.explanation_settings import settings
from recipes.bench.page import write_below
from recipes.bench.vlm_explanation_run import BACKBONE, LONGEST, result_file
from rr_eval import paired_difference, rouge

Result = Mapping[str, Any]
PARTS: tuple[Part, ...] = ("validation", "test")
EXAMPLES = 3


def vlm_explanation(
    data: Annotated[list[Path], typer.Option(help="A prepared dataset with explanations, or JSON lines; repeatable.")],
    seeds: Annotated[int, typer.Option(min=1, help="Seeds of PETER, from 0 on.")] = 3,
    tunings: Annotated[int, typer.Option(min=1, help="Seeds of the reasoner, from 0 on.")] = 1,
    split_seed: Annotated[int, typer.Option(help="Splits JSON lines 8:1:1.")] = 0,
    cache: Annotated[Path, typer.Option(help="Where everything is kept; what is there is not trained again.")] = Path(
        "out/bench/explanation"
    ),
    out: Annotated[Path, typer.Option(help="The page to write; what is above its tables is kept.")] = Path(
        "docs/results/vlm_explanation.md"
    ),
) -> None:
    """Tune the reasoner to explain, and compare its test texts with PETER's."""
    lines = [f"`{shlex.join(['nox', '-s', 'bench', '--', *sys.argv[1:]])}`", ""]
    for path in data:
        measured = DataSet(path, explanation_data(path, split_seed=split_seed), split_seed, cache / name_of(path))
        lines += section(measured, seeds, tunings)
        write_below(out, "\n".join(lines), title="Explanations of the reasoner")
    typer.echo("\n".join(lines))


def section(measured: DataSet, seeds: int, tunings: int) -> list[str]:
    """One set: scores of both, their difference on test texts, and examples."""
    validated, own = ([_explained(measured, part, seed) for seed in range(tunings)] for part in PARTS)
    first, references = own[0], measured.references("test")
    tried = settings([measured.data.texts[row] for row in measured.data.rows("train")])
    best = max(tried, key=lambda setting: _quality(measured.result(AHEAD, setting, 0, "validation")))
    peers = [measured.result(AHEAD, best, seed, "test") for seed in range(seeds)]
    sizes = "/".join(f"{len(measured.data.rows(part)):,}" for part in ("train", "validation", "test"))
    return [
        f"## {measured.cache.name}",
        "",
        f"`{first['command']}`: {sizes} texts for training, validation and test; {first['steps']} steps in "
        f"{first['seconds'] / 60:.0f} minutes on one thread, {first['milliseconds']:.0f} ms a text, "
        f"{first['peak'] / 1e9:.1f} GB. References are cut to {LONGEST} words.",
        "",
        f"| model | part | {' | '.join(CUT_METRICS)} |",
        f"|---|---|{'---|' * len(CUT_METRICS)}",
        _row(f"{BACKBONE.name}, {_seeds(tunings)}", "validation", validated),
        _row(f"{BACKBONE.name}, {_seeds(tunings)}", "test", own),
        _row(f"{AHEAD}, {_seeds(seeds)}", "test", peers),
        "",
        _difference(own, peers, references),
        "",
        *_examples(first, peers[0], references),
        "",
    ]


def _explained(measured: DataSet, part: Part, seed: int) -> Result:
    target = measured.cache / f"{BACKBONE.name}-{seed}"
    file = result_file(target, part)
    if not file.exists():
        arguments = [str(measured.path), str(target), "--part", part, "--seed", str(seed)]
        arguments += ["--split-seed", str(measured.split_seed)]
        done = subprocess.run([sys.executable, "-m", "recipes.bench.vlm_explanation_run", *arguments], check=False)
        if done.returncode:
            typer.echo(f"error: failed on {measured.path}; run the same command again to go on", err=True)
            raise typer.Exit(done.returncode if done.returncode > 0 else 1)
    found = json.loads(file.read_text(encoding="utf-8"))
    return {**found, "scores": text_scores(found["texts"], measured.references(part), longest=LONGEST)}


def _quality(result: Result) -> float:
    return statistics.mean(float(result["scores"][metric]) for metric in CUT_METRICS)


def _row(model: str, part: Part, results: Sequence[Result]) -> str:
    scores = [_spread([float(result["scores"][metric]) for result in results]) for metric in CUT_METRICS]
    return f"| {' | '.join([model, part, *scores])} |"


def _spread(values: Sequence[float]) -> str:
    """The mean, and of several the standard deviation."""
    mean = f"{statistics.mean(values):.2f}"
    return mean if len(values) == 1 else f"{mean} ± {statistics.stdev(values):.2f}"


def _seeds(count: int) -> str:
    return "1 seed" if count == 1 else f"{count} seeds"


def _difference(own: Sequence[Result], peers: Sequence[Result], references: Sequence[str]) -> str:
    wanted = cut(references, LONGEST)
    ours, theirs = (np.mean([100.0 * rouge(one["texts"], wanted) for one in of], axis=0) for of in (own, peers))
    found = paired_difference(ours, theirs, seed=0)
    return (
        f"{BACKBONE.name} minus {AHEAD}: ROUGE-L {found.mean:+.2f} (95 % interval {found.low:+.2f} to "
        f"{found.high:+.2f}, p = {found.p_value:.4f}; paired bootstrap over test texts, each one's score the mean "
        "over its seeds)."
    )


def _examples(own: Result, peer: Result, references: Sequence[str]) -> list[str]:
    lines = [f"The first {EXAMPLES} test rows:", ""]
    for row, reference in enumerate(references[:EXAMPLES]):
        lines += [f"- a person: *{' '.join(reference.split())}*"]
        lines += [f"    - {BACKBONE.name}: *{own['texts'][row]}*", f"    - {AHEAD}: *{peer['texts'][row]}*"]
    return lines
