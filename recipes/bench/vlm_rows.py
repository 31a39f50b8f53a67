"""The tuning rows and the catalogue of the embedded reasoner."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import load_file

from recipes.bench.fused_answers import FUSED
from recipes.bench.tool_answers import HONEST, Asked, codes, without_last
from recipes.bench.vlm_settings import VlmSettings
from recipes.demo.examples import Examples, windows
from recipes.demo.tuning import item_categories
from rr_data.interfaces import EvidenceNoise, PreparedDataset, Sequences, build_traces, sft_rows, templates
from rr_vlm import Catalogue, encode_items

Row = dict[str, Any]
WIDTH = 128
DRAWS = 3  # examples draw with so many seeds
STRANGER = "stranger"


def tuning_rows(data: PreparedDataset, asked: Asked, settings: VlmSettings, seed: int) -> list[Row]:
    """Return windows over the training items, and examples with the tools' answers and, some, without.

    An item that the tools are asked for is the answer of no window: the model must not know it better than they do.
    """
    sequences = data.sequences(until="train")
    if settings.tools:
        sequences = without_last(sequences, max(HONEST) - 1)
    parts = [windowed(data, sequences, settings, seed)]
    if settings.tools:
        own = DRAWS * seed
        parts += [_consulting(data, asked, settings, own), _alone(data, asked, settings, own)]
    return list(chain.from_iterable(parts))


def windowed(data: PreparedDataset, sequences: Sequences, settings: VlmSettings, seed: int) -> Iterator[Row]:
    """Windows over every user's items, tiled, as often as the settings say, each in a drawn wording.

    From the second time on each user's items end at a drawn place. The last item of a window is its answer, which
    weighs as much as all before it: the same one again and again is learned by heart.
    """
    for draw in range(settings.window_draws):
        own = settings.window_draws * seed + draw
        read = _shorter(sequences, own) if draw else sequences
        yield from _rows(data, windows(read, size=settings.history, stride=settings.history), settings, seed=own)


def _shorter(sequences: Sequences, seed: int) -> Sequences:
    """Every sequence of two and more items up to a drawn place, the second one at least."""
    rng = np.random.default_rng(seed)
    lengths = np.maximum(sequences.lengths, 2)
    return Sequences.of([sequence[:end] for sequence, end in zip(sequences, rng.integers(2, lengths + 1), strict=True)])


def catalogue(data: PreparedDataset, sasrec: Path, settings: VlmSettings, seed: int) -> Catalogue:
    """Describe the items; their tokens start half from SASRec's vectors, half from their titles and categories."""
    titles, categories = data.items["title"].fill_null("").to_list(), item_categories(data)
    vectors = None
    if settings.start != "nothing":
        texts = [f"{title} {' '.join(names)}" for title, names in zip(titles, categories, strict=True)]
        tensors = load_file(sasrec / "network.safetensors")
        learned = tensors["encoder.model.item_embedding.weight"][1 : data.n_items + 1]
        halves = [_unit_rows(learned), encode_items(texts, width=WIDTH - learned.shape[1]).vectors]
        rotation, _ = np.linalg.qr(np.random.default_rng(seed).normal(size=(WIDTH, WIDTH)))
        vectors = (np.concatenate(halves, axis=1) @ rotation / np.sqrt(len(halves))).astype(np.float32)
    return Catalogue(titles=titles, categories=categories, vectors=vectors)


def _consulting(data: PreparedDataset, asked: Asked, settings: VlmSettings, seed: int) -> Iterator[Row]:
    said = _codes(asked, settings)
    shown = _disturbed(said, settings, seed)
    levels = data.evidence_horizon().levels[asked.examples.users]
    traces = build_traces(shown, asked.examples.targets, levels)
    # A thought cites what the tools that it names say: a stranger never speaks alone.
    answered = np.concatenate(list(shown.values()), axis=1).max(axis=1, keepdims=True) >= 0
    stranger = np.where(answered, _stranger(said, settings.strangers, seed), -1)
    speaks = stranger[:, 0] >= 0
    # Where it is silent it is not even named, as when a query has no such tool.
    for chosen, more in ((~speaks, {}), (speaks, {STRANGER: stranger})):
        rows = np.flatnonzero(chosen)
        answers = {name: answer[rows] for name, answer in {**shown, **more}.items()}
        few = [traces[row] for row in rows.tolist()]
        yield from _rows(data, asked.examples.take(rows), settings, seed=seed + 1, traces=few, answers=answers)


def _alone(data: PreparedDataset, asked: Asked, settings: VlmSettings, seed: int) -> Iterator[Row]:
    """Without answers there is nothing to cite: the thought says which tools would help."""
    few = asked.take(np.arange(seed % settings.alone_every, len(asked), settings.alone_every))
    levels = data.evidence_horizon().levels[few.examples.users]
    traces = build_traces(_codes(few, settings), few.examples.targets, levels)
    bare = [replace(trace, evidence=()) for trace in traces]
    return _rows(data, few.examples, settings, seed=seed + 2, traces=bare)


def _disturbed(said: Mapping[str, NDArray[np.int64]], settings: VlmSettings, seed: int) -> dict[str, NDArray[np.int64]]:
    fusion = EvidenceNoise(missing=settings.without_fusion, wrong=0.0, seed=seed)
    fused = fusion.apply({FUSED: said[FUSED]})[FUSED]
    rarely, often = (
        EvidenceNoise(missing=settings.missing, wrong=wrong, seed=seed).apply(said)
        for wrong in (settings.wrong, settings.wrong_without_fusion)
    )
    silent = fused.max(axis=1, keepdims=True) < 0
    return {name: fused if name == FUSED else np.where(silent, often[name], rarely[name]) for name in said}


def _stranger(answers: Mapping[str, NDArray[np.int64]], rate: float, seed: int) -> NDArray[np.int64]:
    """[N, k] what a tool says that nobody knows: nothing, or what some tool says, to another query in two of three."""
    rng = np.random.default_rng(seed)
    lists = np.stack(list(answers.values()))
    queries = np.arange(lists.shape[1])
    others = np.where(rng.random(len(queries)) < 2 / 3, rng.permutation(queries), queries)
    said = lists[rng.integers(len(lists), size=len(queries)), others]
    return np.where(rng.random(len(queries))[:, None] < rate, said, -1)


def _codes(asked: Asked, settings: VlmSettings) -> dict[str, NDArray[np.int64]]:
    return {name: codes(answer)[:, : settings.shown] for name, answer in asked.answers.items()}


def _rows(data: PreparedDataset, examples: Examples, settings: VlmSettings, **options: Any) -> Iterator[Row]:
    horizon = data.evidence_horizon()
    return sft_rows(
        users=examples.users,
        histories=Sequences.of(examples.histories),
        targets=examples.targets,
        evidence_horizon=horizon.normalized[examples.users],
        eh_levels=horizon.levels[examples.users],
        categories=item_categories(data),
        answers_shown=settings.shown,
        history_length=settings.history,
        pictures=0,
        wordings=None if settings.template is None else [templates("sequential")[settings.template]],
        **options,
    )


def _unit_rows(vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    unit: NDArray[np.float32] = vectors / np.where(lengths > 0, lengths, 1.0)
    return unit
