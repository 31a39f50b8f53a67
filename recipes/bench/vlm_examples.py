"""What the reasoner is tuned and measured on, with the tools' answers: honest, and kept on disk."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from recipes.bench.tools_settings import settings_of
from recipes.bench.vlm_settings import COUNTING, TOOLS
from recipes.demo.examples import Examples, last_items
from rr_data.interfaces import PreparedDataset
from rr_planner import QueryBatch, Ranking
from rr_tools import RuntimeTool, TrainingData, load_tool, train

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


def validation(data: PreparedDataset, cache: Path, *, k: int) -> Asked:
    """Return the validation items, answered by tools that saw nothing of them."""
    light = {name: load_tool(trained(name, data, cache)) for name in TOOLS}
    examples = last_items(data.sequences(until="train"), data.targets("validation"))
    return _ask(data, examples, light, cache / f"validation-{k}.npz", k)


def test(data: PreparedDataset, cache: Path, *, k: int) -> Asked:
    """Return the test items; counting tools have counted all before them, SASRec learnt from the training part."""
    light = {name: load_tool(trained(name, data, cache, whole=name in COUNTING)) for name in TOOLS}
    examples = last_items(data.sequences(until="validation"), data.targets("test"))
    return _ask(data, examples, light, cache / f"test-{k}.npz", k)


def trained(name: str, data: PreparedDataset, cache: Path, *, whole: bool = False) -> Path:
    """Return the artifact of a tool, trained when it is first asked for; killed, it goes on where it was."""
    out = cache / ("whole" if whole else "train") / name
    if not out.exists():
        out.parent.mkdir(parents=True, exist_ok=True)
        seen = TrainingData.from_prepared(data, until="validation" if whole else "train")
        train(name, seen, out=out, config=settings_of(name), seed=SEED, checkpoint=cache / f"{name}.training")
    return out


def queries(data: PreparedDataset, examples: Examples) -> QueryBatch:
    """Ask about examples."""
    horizon = data.evidence_horizon().normalized[examples.users]
    return QueryBatch.of(users=examples.users, histories=examples.histories, evidence_horizon=horizon)


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
