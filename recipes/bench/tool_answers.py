"""What is learned from and measured on, with the tools' answers: honest, and kept on disk."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from recipes.bench.tools_settings import COUNTING, settings_of
from recipes.demo.examples import Examples, after_cut, last_items
from rr_data.interfaces import DataError, PreparedDataset, Sequences
from rr_planner import QueryBatch, Ranking
from rr_tools import RuntimeTool, TrainingData, load_tool, train

TOOLS = ("item-transition", "sasrec", "text-knn", "attribute-knn")
TEST, HONEST = 0, (2, 1)
"""Places from the end: of the test items, and of the items that are learned from with the tools' answers."""
USERS_AT_ONCE = 2000
SEED = 0


@dataclass(frozen=True, slots=True, eq=False)
class Asked:
    """Examples and what each tool answers to them, best first.

    Attributes:
        examples: N of them.
        queries: the same as queries.
        answers: by tool [N, k].
    """

    examples: Examples
    queries: QueryBatch
    answers: Mapping[str, Ranking]

    def __len__(self) -> int:
        """Return N."""
        return len(self.examples)

    def take(self, rows: NDArray[np.int64]) -> Asked:
        """Return some of them."""
        answers = {name: answer.take(rows) for name, answer in self.answers.items()}
        return Asked(self.examples.take(rows), self.queries.take(rows), answers)


def ask(data: PreparedDataset, cache: Path, place: int, *, k: int) -> Asked:
    """Ask every tool for one item of every user, or all test items, with the history before it.

    A tool has learned from the history before the first item that it is asked for.

    Args:
        data: a prepared dataset.
        cache: where tools and answers are kept.
        place: of the item, from the end: 0 are the test items, 1 is the validation item.
        k: length of the answers.
    """
    tools = {name: load_tool(trained(name, data, cache, hidden=1 + place)) for name in TOOLS}
    return _ask(data, asked_for(data, place), tools, cache / f"answers-{place}-{k}.npz", k)


def ask_honestly(data: PreparedDataset, cache: Path, *, k: int) -> Asked:
    """Ask for all that may be learned from, see `ask`; the validation items come last."""
    return _joined(data, [ask(data, cache, place, k=k) for place in HONEST])


def asked_for(data: PreparedDataset, place: int) -> Examples:
    """Return the test items, all of every user; or those at that place from the end, the validation item's being 1.

    Each comes with all that is before it; where there is nothing it is left out.

    Raises:
        DataError: test items stand among others, as a split at random has them.
    """
    if place == 0:
        return _tested(data)
    before, items = _split_last(without_last(data.sequences(until="validation"), place - 1))
    return last_items(before, np.where(before.lengths > 0, items, -1))


def _tested(data: PreparedDataset) -> Examples:
    everything, before = data.sequences(until="test"), data.sequences(until="validation")
    if any(not np.array_equal(whole[: len(start)], start) for whole, start in zip(everything, before, strict=True)):
        reason = f"{data.path}: test items stand among others in the split {data.split}"
        raise DataError(f"{reason}; prepare it with one along time, such as leave_one_out")
    return after_cut(everything, before.lengths, per_user=int(everything.lengths.max(initial=1)), seed=SEED)


def trained(name: str, data: PreparedDataset, cache: Path, *, hidden: int) -> Path:
    """Return a tool that learned from all but the last `hidden` items of every user, at least the test item.

    It is trained when it is first needed; killed, it goes on where it was. SASRec stops on the first item that it does
    not learn from; where that is the test item, after as many epochs as were best one item earlier.
    """
    out = cache / f"{name}-{hidden}"
    if not out.exists():
        seen, validation = without_last(data.sequences(until="validation"), hidden - 1), None
        config = settings_of(name)
        if name not in COUNTING and hidden > 1:
            _, validation = _split_last(without_last(data.sequences(until="validation"), hidden - 2))
        elif name not in COUNTING:
            config["epochs"] = best_epoch(trained(name, data, cache, hidden=2))
        whole = TrainingData.from_prepared(data, until="train")
        part = replace(whole, items=seen.items, offsets=seen.offsets, validation=validation)
        train(name, part, out=out, config=config, seed=SEED, checkpoint=cache / f"{name}-{hidden}.training")
    return out


def best_epoch(tool: Path) -> int:
    """After how many epochs the tool was best, which is what was kept of it."""
    return int(load_tool(tool).card.metrics["best_epoch"])


def without_last(sequences: Sequences, n: int) -> Sequences:
    """Return every sequence without its last n items.

    Example:
        >>> [kept.tolist() for kept in without_last(Sequences.of([[3, 1, 2], [5]]), 1)]
        [[3, 1], []]
    """
    return Sequences.of([sequence[: max(len(sequence) - n, 0)] for sequence in sequences])


def list_ranks(items: NDArray[np.int64], targets: NDArray[np.int64]) -> NDArray[np.float64]:
    """[B] the place of each target in its list from 1, inf where it is not there."""
    found = items == targets[:, None]
    return np.where(found.any(axis=1), found.argmax(axis=1) + 1.0, np.inf)


def codes(answer: Ranking) -> NDArray[np.int64]:
    """[B, k] item codes, -1 for padding."""
    return np.where(np.isneginf(answer.scores), -1, answer.items)


def queries(data: PreparedDataset, examples: Examples) -> QueryBatch:
    """Ask about examples."""
    horizon = data.evidence_horizon().normalized[examples.users]
    return QueryBatch.of(users=examples.users, histories=examples.histories, evidence_horizon=horizon)


def _joined(data: PreparedDataset, parts: Sequence[Asked]) -> Asked:
    examples = Examples(
        np.concatenate([part.examples.users for part in parts]),
        tuple(chain.from_iterable(part.examples.histories for part in parts)),
        np.concatenate([part.examples.targets for part in parts]),
    )
    answers = {
        name: Ranking(
            np.concatenate([part.answers[name].items for part in parts]),
            np.concatenate([part.answers[name].scores for part in parts]),
        )
        for name in parts[0].answers
    }
    return Asked(examples, queries(data, examples), answers)


def _ask(data: PreparedDataset, examples: Examples, tools: Mapping[str, RuntimeTool], file: Path, k: int) -> Asked:
    asked = queries(data, examples)
    if not file.exists():
        columns = {}
        for name, tool in tools.items():
            starts = range(0, len(examples), USERS_AT_ONCE)
            found = [tool.rank(asked.take(np.arange(s, min(s + USERS_AT_ONCE, len(examples)))), k) for s in starts]
            columns[f"{name}|items"] = np.concatenate([one.items for one in found])
            columns[f"{name}|scores"] = np.concatenate([one.scores for one in found])
        draft = file.with_suffix(".partial.npz")
        np.savez(draft, **columns)
        draft.replace(file)
    with np.load(file) as stored:
        answers = {name: Ranking(stored[f"{name}|items"], stored[f"{name}|scores"]) for name in tools}
    return Asked(examples, asked, answers)


def _split_last(sequences: Sequences) -> tuple[Sequences, NDArray[np.int64]]:
    """Part every sequence from its last item, -1 where it is empty."""
    last = [sequence[-1] if len(sequence) else -1 for sequence in sequences]
    return without_last(sequences, 1), np.array(last, dtype=np.int64)
