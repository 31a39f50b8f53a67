"""The bench `explanation`: Attn2Seq, NRT and PETER, their texts compared with people's."""

from __future__ import annotations

import shlex
import statistics
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import typer

from recipes.bench.explanation_copy import copied_texts, never_seen, said_before
from recipes.bench.explanation_data import explanation_data, name_of
from recipes.bench.explanation_run import Job, Part, result_of
from recipes.bench.explanation_scores import CUT_METRICS, WHOLE_METRICS, cut, text_scores, whole_scores
from recipes.bench.explanation_settings import MODELS, WORDS_READ, settings
from recipes.bench.page import write_below
from rr_eval import paired_difference, rouge
from rr_tools import ExplanationData

Result = Mapping[str, Any]
COPY = "copy"
AHEAD, BEHIND = "peter", "attn2seq"
EXAMPLES = 3


def explanation(
    data: Annotated[list[Path], typer.Option(help="A prepared dataset with explanations, or JSON lines; repeatable.")],
    seeds: Annotated[int, typer.Option(min=1, help="Seeds of each model, from 0 on.")] = 3,
    split_seed: Annotated[int, typer.Option(help="Splits JSON lines 8:1:1.")] = 0,
    cache: Annotated[Path, typer.Option(help="Where everything is kept; what is there is not trained again.")] = Path(
        "out/bench/explanation"
    ),
    out: Annotated[Path, typer.Option(help="The page whose tables are written.")] = Path("docs/results/explanation.md"),
) -> None:
    """Choose each model's setting on the validation texts, then compare what the models say on the test rows.

    Killed, it goes on where it was.
    """
    sections = [f"`{shlex.join(['nox', '-s', 'bench', '--', *sys.argv[1:]])}`", ""]
    for path in data:
        measured = DataSet(path, explanation_data(path, split_seed=split_seed), split_seed, cache / name_of(path))
        sections += section(measured, seeds)
        write_below(out, "\n".join(sections), title="Explanations")
    typer.echo("\n".join(sections))


@dataclass(frozen=True, slots=True)
class DataSet:
    """What the models are measured on, and where their runs are kept."""

    path: Path
    data: ExplanationData
    split_seed: int
    cache: Path

    def result(self, model: str, setting: Mapping[str, float], seed: int, part: Part) -> Result:
        """Return what a run wrote for a part, beside its scores."""
        label = " ".join(f"{key}={value}" for key, value in setting.items())
        job = Job(self.path, model, seed, options=setting, split_seed=self.split_seed)
        found = result_of(job, part, out=self.cache / model / label / str(seed))
        references = self.references(part)
        return {
            **found,
            "scores": text_scores(found["texts"], references, longest=found["longest"]),
            "whole": whole_scores(found["texts"], references),
        }

    def references(self, part: Part) -> list[str]:
        """Return what people wrote."""
        return [self.data.texts[row] for row in self.data.rows(part)]


def section(measured: DataSet, seeds: int) -> list[str]:
    """One data set: its sizes, what validation chose, a row a model, the difference that matters, and examples."""
    data, references = measured.data, measured.references("test")
    tried = settings([data.texts[row] for row in data.rows("train")])
    validated = {model: [measured.result(model, setting, 0, "validation") for setting in tried] for model in MODELS}
    found = {}
    for model, results in validated.items():
        best = tried[int(np.argmax([_quality(result) for result in results]))]
        found[model] = [measured.result(model, best, seed, "test") for seed in range(seeds)]
    longest = int(found[AHEAD][0]["longest"])
    sizes = "/".join(f"{len(data.rows(part)):,}" for part in ("train", "validation", "test"))
    users, items = never_seen(data)
    return [
        f"## {measured.cache.name}",
        "",
        f"{sizes} texts for training, validation and test, {data.n_users:,} users, {data.n_items:,} items. A training",
        f"reads at most {WORDS_READ:,} words, {tried[0]['epochs']} epochs. References are cut to {longest} words.",
        f"Of the test rows {users:.0%} have a user and {items:.0%} an item that no text of training has;",
        f"{said_before(data):.0%} say, word for word, what the same user said in training.",
        "",
        "Validation texts, seed 0; the setting with the highest mean of BLEU-4 and ROUGE-L goes on:",
        "",
        f"| model | setting | {' | '.join(CUT_METRICS)} |",
        f"|---|---|{'---|' * len(CUT_METRICS)}",
        *(
            _validation_row(model, setting, result)
            for model, results in validated.items()
            for setting, result in zip(tried, results, strict=True)
        ),
        "",
        f"Test texts, {seeds} seeds:",
        "",
        f"| model | reads beside user and item | {' | '.join(CUT_METRICS)} | "
        f"{' | '.join(f'{metric}, uncut' for metric in WHOLE_METRICS)} | "
        "validation perplexity | different texts | CPU minutes | GB | CPU ms a text |",
        f"|---|---|{'---|' * (len(CUT_METRICS) + len(WHOLE_METRICS) + 5)}",
        *(_row(model, results) for model, results in found.items()),
        _copy_row(copied_texts(data), references, longest),
        "",
        _difference(found, references, longest),
        "",
        f"The first {EXAMPLES} test rows, by seed 0:",
        "",
        *_examples(found, references),
        "",
        "Trained with:",
        "",
        *(f"- `{results[0]['command']}`" for results in found.values()),
        "",
    ]


def _quality(result: Result) -> float:
    return statistics.mean(float(result["scores"][metric]) for metric in CUT_METRICS)


def _validation_row(model: str, setting: Mapping[str, float], result: Result) -> str:
    label = ", ".join(f"{key} {value}" for key, value in setting.items())
    scores = [f"{result['scores'][metric]:.2f}" for metric in CUT_METRICS]
    return f"| {' | '.join([model, label, *scores])} |"


def _row(model: str, found: Sequence[Result]) -> str:
    cells = [
        model,
        MODELS[model],
        *(_mean(result["scores"][metric] for result in found) for metric in CUT_METRICS),
        *(_mean(result["whole"][metric] for result in found) for metric in WHOLE_METRICS),
        _mean(result["metrics"]["validation_perplexity"] for result in found),
        f"{statistics.mean(_different(result['texts']) for result in found):.0%}",
        f"{statistics.mean(result['seconds'] for result in found) / 60:.1f}",
        f"{max(result['peak'] for result in found) / 1e9:.2f}",
        f"{statistics.mean(result['milliseconds'] for result in found):.2f}",
    ]
    return f"| {' | '.join(cells)} |"


def _copy_row(texts: Sequence[str], references: Sequence[str], longest: int) -> str:
    scores = (text_scores(texts, references, longest=longest), whole_scores(texts, references))
    cells = [f"{score:.2f}" for found in scores for score in found.values()]
    return f"| {COPY} | | {' | '.join(cells)} | | {_different(texts):.0%} | | | |"


def _difference(found: Mapping[str, Sequence[Result]], references: Sequence[str], longest: int) -> str:
    """Compare two models text by text, each text's score the mean over the seeds."""
    wanted = cut(references, longest)
    ahead, behind = (
        np.mean([100.0 * rouge(result["texts"], wanted) for result in found[model]], axis=0)
        for model in (AHEAD, BEHIND)
    )
    difference = paired_difference(ahead, behind, seed=0)
    bleu = [statistics.mean(result["scores"]["BLEU-4"] for result in found[model]) for model in (AHEAD, BEHIND)]
    return (
        f"{AHEAD} minus {BEHIND}: BLEU-4 {bleu[0] - bleu[1]:+.2f}, ROUGE-L {difference.mean:+.2f} (95 % interval "
        f"{difference.low:+.2f} to {difference.high:+.2f}, p = {difference.p_value:.4f}; paired bootstrap over test "
        "texts, each one's score the mean over seeds)."
    )


def _examples(found: Mapping[str, Sequence[Result]], references: Sequence[str]) -> list[str]:
    lines = []
    for row, reference in enumerate(references[:EXAMPLES]):
        lines.append(f"- a person: {_quoted(reference)}")
        lines += [f"    - {model}: {_quoted(results[0]['texts'][row])}" for model, results in found.items()]
    return lines


def _different(texts: Sequence[str]) -> float:
    return len(set(texts)) / len(texts)


def _quoted(text: str) -> str:
    return f"*{' '.join(text.split())}*"


def _mean(values: Iterable[float]) -> str:
    numbers = list(values)
    spread = f" ± {statistics.stdev(numbers):.2f}" if len(numbers) > 1 else ""
    return f"{statistics.mean(numbers):.2f}{spread}"
