"""Reasoning-aware tuning of the embedded VLM: rows with honest evidence, the curriculum, and the tuned reasoner."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pyarrow.parquet as pq  # type: ignore[import-untyped]
import torch
from numpy.typing import NDArray

from recipes.demo.examples import Examples, after_cut, cut_lengths, last_items, windows
from recipes.demo.settings import Settings, Variant
from recipes.demo.sources import DemoError
from recipes.demo.steps import Report
from recipes.demo.zoo import FINAL, HONEST, load_tools
from rr_data.interfaces import (
    EvidenceNoise,
    PreparedDataset,
    PromptTemplate,
    Sequences,
    build_traces,
    check_honest,
    sft_rows,
    write_sft_rows,
)
from rr_planner import QueryBatch
from rr_vlm import Catalogue, EmbeddedOptions, PromptOptions, encode_items, preset, train, vision_features

HIT_AT = 5
SEQUENTIAL = "sequential"


def queries(data: PreparedDataset, examples: Examples) -> QueryBatch:
    """Ask about examples."""
    horizon = data.evidence_horizon().normalized[examples.users]
    return QueryBatch.of(users=examples.users, histories=examples.histories, evidence_horizon=horizon)


def asked(
    data: PreparedDataset, settings: Settings, part: Literal["validation", "test"]
) -> tuple[QueryBatch, NDArray[np.int64]]:
    """Return queries about that part's item of every user who has one, and these items."""
    before: Literal["train", "validation"] = "train" if part == "validation" else "validation"
    examples = last_items(data.sequences(until=before), data.targets(part)).drawn(settings.queries, seed=settings.seed)
    batch = queries(data, examples)
    if settings.candidates == "stored":
        batch = replace(batch, candidates=_stored(data, examples, part))
    elif settings.candidates == "domain":
        batch = replace(batch, candidates=_of_the_domain(data, examples))
    return batch, examples.targets


def write_rows(data: PreparedDataset, settings: Settings, tools: Path, folder: Path, report: Report) -> None:
    """Write the tuning rows: windows over all training items, and honest examples with and without evidence.

    A baseline without thoughts has the honest examples as plain rows.
    """
    sequences, seed = data.sequences(until="train"), settings.seed
    cut = cut_lengths(sequences.lengths, settings.evidence_from)
    honest = after_cut(sequences, cut, per_user=settings.examples_per_user, seed=seed)
    honest = honest.drawn(settings.sample, seed=seed)
    spans = windows(sequences, size=settings.history, stride=settings.stride).drawn(settings.sample, seed=seed)
    parts = [_rows(data, settings, spans, seed=seed)]
    if not preset(settings.variant.preset).thoughts:
        parts.append(_rows(data, settings, honest, seed=seed + 1))
    else:
        answers = _answers(data, settings, honest, tools, HONEST)
        _check_honesty(data, honest, answers, tools, settings)
        levels = data.evidence_horizon().levels[honest.users]
        if settings.variant.tools:
            shown = EvidenceNoise(seed=seed).apply(answers)
            traces = build_traces(shown, honest.targets, levels)
            parts.append(_rows(data, settings, honest, seed=seed + 1, traces=traces, answers=shown))
        # Without evidence there is nothing to rest on: the thought says which tools would help, and cites nothing.
        few = np.arange(0, len(honest), settings.alone_every)
        said = {name: answer[few] for name, answer in answers.items()}
        alone = [replace(trace, evidence=()) for trace in build_traces(said, honest.targets[few], levels[few])]
        if not settings.variant.tools:
            alone = [replace(trace, tools=()) for trace in alone]
        parts.append(_rows(data, settings, honest.take(few), seed=seed + 2, traces=alone))
    report(1, 2)
    write_sft_rows((row for part in parts for row in part), folder / "rows.parquet")
    report(2, 2)


def tune(data: PreparedDataset, settings: Settings, rows: Path, observed: Path, folder: Path, report: Report) -> None:
    """Tune the embedded VLM on the rows; an interrupted run goes on from its last checkpoint."""
    torch.set_num_threads(settings.threads)
    chosen = preset(settings.variant.preset)
    train(
        pq.read_table(rows / "rows.parquet").to_pylist(),
        catalogue=catalogue(data, observed, settings),
        out=folder / "reasoner",
        tools=settings.tools if chosen.thoughts and settings.variant.tools else (),
        prompt=prompt_options(settings),
        backbone=EmbeddedOptions(width=settings.width),
        options={
            "max_steps": settings.steps,
            "per_device_train_batch_size": settings.batch,
            "learning_rate": settings.learning_rate,
            "seed": settings.seed,
            **({"curriculum": {"uniform": True}} if settings.variant.uniform else {}),
            **chosen.training,
        },
        resume=True,
        progress=report,
    )


def prompt_options(settings: Settings) -> PromptOptions:
    """Return how queries are written: as the rows are."""
    variant = settings.variant
    return PromptOptions(
        history_length=settings.history,
        pictures=_pictures(settings),
        answers_shown=settings.evidence_top,
        template=variant.template or 0,
        wordings=preset(variant.preset).prompt(tasks=(SEQUENTIAL,))["wordings"],
    )


def observe(data: PreparedDataset, folder: Path, report: Report) -> NDArray[np.float32]:
    """Encode the items' pictures once, or read what was encoded: [n_items, 1, features]."""
    return vision_features(data.image_paths(), cache=folder, progress=report)


def catalogue(data: PreparedDataset, observed: Path, settings: Settings) -> Catalogue:
    """Describe the items: titles, categories, pictures, and the fused vectors their tokens start from."""
    items = data.items
    titles, categories = items["title"].fill_null("").to_list(), item_categories(data)
    pictures = observe(data, observed, lambda done, total: None)
    fused = encode_items(
        [f"{title} {' '.join(names)}" for title, names in zip(titles, categories, strict=True)],
        width=settings.width,
        vision=pictures.mean(axis=1),
        sequences=list(data.sequences(until="train")),
        seed=settings.seed,
    )
    return Catalogue(titles=titles, categories=categories, pictures=pictures, vectors=fused.vectors)


def item_categories(data: PreparedDataset) -> list[list[str]]:
    """Return the categories of each item code."""
    return [names or [] for names in data.items["categories"].to_list()]


def _stored(data: PreparedDataset, examples: Examples, part: Literal["validation", "test"]) -> NDArray[np.int64]:
    lists = data.candidates(part)
    if lists is None:
        raise DemoError(f"{data.manifest.name} has no candidate lists; prepare it again with --candidates 100")
    by_user = dict(zip(lists["user"].to_list(), lists["items"].to_list(), strict=True))
    return np.array([by_user[user] for user in examples.users.tolist()])


def _of_the_domain(data: PreparedDataset, examples: Examples) -> NDArray[np.int64]:
    """[B, C] the items of the target's domain that the history lacks, then -1."""
    of_item = data.items["domain"].to_numpy()
    lists = np.tile(np.arange(data.n_items), (len(examples), 1))
    lists[of_item[None, :] != of_item[examples.targets][:, None]] = -1
    for row, history in enumerate(examples.histories):
        lists[row, history] = -1
    return lists


def _pictures(settings: Settings) -> int:
    return settings.pictures if preset(settings.variant.preset).pictures else 0


def _wordings(variant: Variant) -> tuple[PromptTemplate, ...]:
    every = preset(variant.preset).wordings(SEQUENTIAL)
    return every if variant.template is None else (every[variant.template],)


def _answers(
    data: PreparedDataset, settings: Settings, about: Examples, tools: Path, kind: str
) -> dict[str, NDArray[np.int64]]:
    batch = queries(data, about)
    rankings = {tool.name: tool.rank(batch, settings.k) for tool in load_tools(settings, tools, kind)}
    return {name: np.where(np.isneginf(answer.scores), -1, answer.items) for name, answer in rankings.items()}


def _check_honesty(
    data: PreparedDataset, honest: Examples, answers: dict[str, NDArray[np.int64]], tools: Path, settings: Settings
) -> None:
    """Refuse evidence whose tools hit more often inside the traces than on validation."""
    held_out = last_items(data.sequences(until="train"), data.targets("validation"))
    held_out = held_out.drawn(settings.queries, seed=settings.seed)
    new = _answers(data, settings, held_out, tools, FINAL)
    for name in settings.tools:
        check_honest(
            _hit_rate(answers[name], honest.targets),
            _hit_rate(new[name], held_out.targets),
            n_train=len(honest.targets),
            n_validation=len(held_out.targets),
        )


def _hit_rate(answers: NDArray[np.int64], targets: NDArray[np.int64]) -> float:
    return float((answers[:, :HIT_AT] == targets[:, None]).any(axis=1).mean())


def _rows(data: PreparedDataset, settings: Settings, examples: Examples, **options: Any) -> Iterator[dict[str, Any]]:
    horizon = data.evidence_horizon()
    return sft_rows(
        users=examples.users,
        histories=Sequences.of(examples.histories),
        targets=examples.targets,
        evidence_horizon=horizon.normalized[examples.users],
        eh_levels=horizon.levels[examples.users],
        categories=item_categories(data),
        answers_shown=settings.evidence_top,
        history_length=settings.history,
        pictures=_pictures(settings),
        wordings=_wordings(settings.variant),
        **options,
    )
