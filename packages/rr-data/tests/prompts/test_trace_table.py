"""Thoughts of all tasks on any data: they are read back, and none is about what is held out."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from rr_data.errors import EvidenceError, OptionError
from rr_data.pipeline import prepare
from rr_data.prepared import PreparedDataset
from rr_data.prompts.evidence_noise import EvidenceNoise
from rr_data.prompts.task_queries import TaskQueries
from rr_data.prompts.trace import Trace
from rr_data.prompts.trace_table import TRACE_SCHEMA, item_titles, write_trace_table
from rr_data.prompts.trace_training import TOOL_TASKS, TracedQueries, trace_training
from rr_data.prompts.training_rows import training_queries
from rr_data.prompts.verbalizer import parse_verbalized

LOGS = st.lists(
    st.tuples(st.sampled_from("rstuv"), st.sampled_from("abcdefghij"), st.integers(0, 9)),
    min_size=8,
    max_size=60,
    unique_by=lambda row: row[:2],
)
NOISES = st.builds(EvidenceNoise, missing=st.floats(0, 0.5), wrong=st.floats(0, 0.5), seed=st.integers(0, 99))
TOOLS = ("bpr", "sasrec")


def log(path: Path, rows: list[tuple[str, str, int]]) -> PreparedDataset:
    lines = [",".join(map(str, row)) for row in rows]
    (path / "log.csv").write_text("\n".join(["user_id,item_id,timestamp", *lines]) + "\n")
    return prepare("tabular", [path / "log.csv"], out=path / "out", candidates=4, ctr_negatives=1)


def table(rows: list[dict[str, Any]], path: Path) -> Path:
    names = ("query_id", "user_id", "task", "system", "target")
    columns: dict[str, Any] = {name: pa.array([row[name] for row in rows], pa.string()) for name in names}
    columns["items"] = pa.array([row["items"] for row in rows], pa.list_(pa.string()))
    columns["scores"] = pa.array([row["scores"] for row in rows], pa.list_(pa.float32()))
    pq.write_table(pa.table(columns).replace_schema_metadata({"rr_predictions_version": "1"}), path)
    return path


def answered(
    data: PreparedDataset, queries: TaskQueries, rng: np.random.Generator, system: str
) -> list[dict[str, Any]]:
    """What a tool that guesses says; of a next item it may name anything, held-out items as well."""
    ids, users = data.items["item_id"].to_list(), data.users["user_id"].to_list()
    rows: dict[str, dict[str, Any]] = {}
    for place, query in enumerate(queries.ids.to_list()):
        target = int(queries.targets[place])
        pool = np.arange(data.n_items) if queries.candidates is None else np.asarray(queries.candidates[place])
        guess = [target] if queries.task == "ctr" else rng.permutation(pool)[:6].tolist()
        scores = [float(rng.random())] if queries.task == "ctr" else [-float(rank) for rank in range(len(guess))]
        rows[query] = {
            "query_id": query, "user_id": users[queries.users[place]], "task": queries.task, "system": system,
            "items": [ids[code] for code in guess], "scores": scores, "target": ids[target],
        }  # fmt: skip
    return list(rows.values())


def new_answers(data: PreparedDataset, task: str, system: str) -> list[dict[str, Any]]:
    """Right answers about the validation part: nothing can be better inside the traces."""
    ids, users = data.items["item_id"].to_list(), data.users["user_id"].to_list()
    pairs = [(user, item, 1) for user, item in enumerate(data.targets("validation").tolist()) if item >= 0]
    if task == "ctr" and data.ctr is not None:
        pairs = [row[:3] for row in data.ctr.iter_rows() if row[3] == "validation"]
    return [
        {
            "query_id": f"v{user}:{item}",
            "user_id": users[user],
            "task": task,
            "system": system,
            "items": [ids[item]],
            "scores": [float(label)],
            "target": ids[item],
        }
        for user, item, label in pairs
    ]


def think(data: PreparedDataset, task: str, folder: Path, noise: EvidenceNoise) -> TracedQueries:
    queries, rng = training_queries(data, task, seed=noise.seed), np.random.default_rng(noise.seed)
    inside = [row for tool in TOOLS for row in answered(data, queries, rng, tool)]
    new = [row for tool in TOOLS for row in new_answers(data, task, tool)]
    return trace_training(
        data,
        queries,
        predictions=[table(inside, folder / "inside.parquet")],
        validation=[table(new, folder / "new.parquet")],
        noise=noise,
        max_gap=1e9,
    )


@pytest.mark.slow
@pytest.mark.parametrize("task", TOOL_TASKS)
@given(rows=LOGS, noise=NOISES)
@settings(deadline=None, max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_data(tmp_path: Path, task: str, rows: list[tuple[str, str, int]], noise: EvidenceNoise) -> None:
    data = log(tmp_path, rows)
    assume(len(training_queries(data, task, seed=0)) > 0 and bool((data.targets("validation") >= 0).any()))
    traced = think(data, task, tmp_path, noise)
    file = tmp_path / "thoughts.parquet"
    assert write_trace_table(data, traced, file) == len(traced.queries)
    trained = set(data.interactions.filter(pl.Series(data.parts == 0)).select("user", "item").iter_rows())
    held_out = set(data.interactions.select("user", "item").iter_rows()) - trained
    titles, thoughts = item_titles(data), pq.read_table(file).to_pylist()
    assert len(thoughts) == len(traced.evidence.traces)
    for row, trace in zip(thoughts, traced.evidence.traces, strict=True):
        assert Trace.from_tokens(row["thought"].split(" ")) == trace
        assert parse_verbalized(row["verbalized"], titles) == trace
        assert row["usable"] == [name for name, usable in trace.tools if usable]
        for code in (row["item"], row["target"], *trace.evidence):
            assert (row["user"], code) not in held_out
        if row["label"] != 0:
            assert (row["user"], row["item"]) in trained
        if task == "ctr":
            assert trace.evidence == ()


@pytest.mark.parametrize("part", ["test", "validation"])
def test_a_target_that_is_held_out(tmp_path: Path, tasked: PreparedDataset, part: str) -> None:
    queries = training_queries(tasked, "sequential", seed=0)
    rows = answered(tasked, queries, np.random.default_rng(0), "sasrec")
    rows[0]["target"] = tasked.items["item_id"][int(tasked.targets(part)[queries.users[0]])]
    new = table(new_answers(tasked, "sequential", "sasrec"), tmp_path / "new")
    with pytest.raises(EvidenceError, match=f"a leak: that is the user's {part} item"):
        trace_training(
            tasked, queries, predictions=[table(rows, tmp_path / "p")], validation=[new], noise=EvidenceNoise(seed=0)
        )


def test_the_table(tmp_path: Path, tasked: PreparedDataset) -> None:
    calm = EvidenceNoise(missing=0, wrong=0, seed=0)
    traced = think(tasked, "sequential", tmp_path, calm)
    write_trace_table(tasked, traced, tmp_path / "thoughts.parquet")
    written = pq.read_table(tmp_path / "thoughts.parquet")
    assert written.schema.equals(TRACE_SCHEMA)
    row = written.to_pylist()[0]
    assert row["query_id"] == traced.queries.ids[0]
    assert row["shown"].startswith("Tools: bpr says <item_")
    assert row["thought"].startswith("<think> <eh_")
    assert row["target"] == row["item"] == int(traced.queries.targets[0])
    assert row["label"] is None
    with pytest.raises(OptionError):
        write_trace_table(tasked, traced, tmp_path / "absent" / "thoughts.parquet")
    assert not list(tmp_path.glob(".*partial"))


def test_items_without_titles_are_called_by_their_id(tasked: PreparedDataset) -> None:
    assert item_titles(tasked) == [title or item for title, item in tasked.items.select("title", "item_id").iter_rows()]


def test_a_folder_of_predictions(tmp_path: Path, tasked: PreparedDataset) -> None:
    queries = training_queries(tasked, "sequential", seed=0)
    rows = answered(tasked, queries, np.random.default_rng(0), "sasrec")
    (tmp_path / "folds").mkdir()
    new = table(new_answers(tasked, "sequential", "sasrec"), tmp_path / "new")
    options: dict[str, Any] = {"validation": [new], "noise": EvidenceNoise(seed=0), "max_gap": 1e9}
    with pytest.raises(EvidenceError, match=r"folds: a folder without \.parquet files"):
        trace_training(tasked, queries, predictions=[tmp_path / "folds"], **options)
    table(rows[:50], tmp_path / "folds" / "0.parquet")
    table(rows[50:], tmp_path / "folds" / "1.parquet")
    traced = trace_training(tasked, queries, predictions=[tmp_path / "folds"], **options)
    assert (len(traced.queries), traced.unasked) == (len(queries), 0)
