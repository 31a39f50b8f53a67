from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import typer
from typer.testing import CliRunner

from rr_data.cli import main
from rr_data.commands.traces import traces
from rr_data.errors import DishonestEvidenceError, OptionError
from rr_data.pipeline import prepare
from rr_data.prepared import PreparedDataset
from rr_data.prompts.completion import read_completion
from rr_data.prompts.sft_table import SFT_SCHEMA

Run = Callable[..., Any]
N_USERS, N_ITEMS = 40, 30


@pytest.fixture
def run() -> Run:
    app = typer.Typer()
    app.command()(traces)
    return lambda *arguments: CliRunner().invoke(app, [str(argument) for argument in arguments])


@pytest.fixture
def data(tmp_path: Path) -> PreparedDataset:
    rng = np.random.default_rng(0)
    lines = [
        f"u{user},i{item},{place}" for user in range(N_USERS) for place, item in enumerate(rng.permutation(N_ITEMS)[:6])
    ]
    (tmp_path / "ratings.csv").write_text("\n".join(["user_id,item_id,timestamp", *lines]) + "\n")
    return prepare("tabular", [tmp_path / "ratings.csv"], out=tmp_path / "out", ctr_negatives=1, candidates=10)


def answer(queries: Path, out: Path, *, knows: bool = False) -> Path:
    """A tool's answers to written queries: the first items by name, or the target alone."""
    rows = pq.read_table(queries).to_pylist()
    names = [f"i{number}" for number in range(N_ITEMS)]
    items, scores = [], []
    for row in rows:
        listed = [row["target"]] if knows or row["task"] == "ctr" else sorted(row["candidates"] or names)[:5]
        items.append(listed)
        scores.append([0.4] if row["task"] == "ctr" else [-float(place) for place in range(len(listed))])
    table = {name: [row[name] for row in rows] for name in ("query_id", "user_id", "task", "target")}
    table |= {"system": ["first"] * len(rows), "scores": pa.array(scores, pa.list_(pa.float32())), "items": items}
    pq.write_table(pa.table(table).replace_schema_metadata({"rr_predictions_version": "1"}), out)
    return out


def validation(data: PreparedDataset, task: str, out: Path) -> Path:
    """The same tool's answers to validation."""
    ids, users = data.items["item_id"].to_list(), data.users["user_id"].to_list()
    lists = data.candidates("validation")
    assert lists is not None
    listed = dict(lists.iter_rows())
    rows: list[dict[str, Any]] = [
        {"user": user, "target": target, "candidates": [ids[code] for code in listed[user]]}
        for user, target in enumerate(data.targets("validation").tolist())
    ]
    if task == "ctr":
        assert data.ctr is not None
        rows = [{"user": row[0], "target": row[1]} for row in data.ctr.iter_rows() if row[3] == "validation"]
    queries = pa.table(
        {
            "query_id": [f"v{place}" for place in range(len(rows))],
            "user_id": [users[row["user"]] for row in rows],
            "task": [task] * len(rows),
            "candidates": [row["candidates"] if task == "direct" else None for row in rows],
            "target": [ids[row["target"]] for row in rows],
        }
    )
    pq.write_table(queries, out)
    return answer(out, out.with_suffix(".answers"))


@pytest.mark.parametrize("task", ["sequential", "direct", "ctr"])
def test_ask_answer_trace(run: Run, data: PreparedDataset, tmp_path: Path, task: str) -> None:
    queries, rows = tmp_path / "queries.parquet", tmp_path / "rows.parquet"
    asked = json.loads(run(data.path, "--task", task, "--ask", queries, "--json").stdout)
    assert asked == {"path": str(queries), "queries": pq.read_table(queries).num_rows}
    files = ["--predictions", answer(queries, tmp_path / "a"), "--validation", validation(data, task, tmp_path / "v")]
    result = run(data.path, "--task", task, *files, "--out", rows, "--json")
    assert result.exit_code == 0, result.exception
    facts = json.loads(result.stdout)
    table = pq.read_table(rows)
    assert table.schema.equals(SFT_SCHEMA)
    assert table.num_rows == facts["rows"] == asked["queries"] * (5 if task == "direct" else 1)
    assert facts["tools"]["first"]["without_answer"] == facts["unasked_queries"] == 0
    assert facts["tools"]["first"]["gap_at_least"] < 0.2
    for row in table.to_pylist():
        text = row["prompt"][0]["content"][-1]["text"]
        assert " Tools: first says " in text
        thought, told = read_completion(row["completion"][0]["content"][0]["text"])
        assert thought is not None
        assert [name for name, _ in thought.tools] == ["first"]
        assert told == (f"<item_{row['target']}>" if task == "sequential" else ("yes" if row["label"] else "no"))
    calm = run(data.path, "--task", task, *files, "--out", rows, "--missing", 0, "--wrong", 0)
    assert "first: " in calm.output
    assert "says nothing" not in str(pq.read_table(rows)["prompt"].to_pylist())


def test_a_tool_that_knows_is_refused_and_nothing_is_written(run: Run, data: PreparedDataset, tmp_path: Path) -> None:
    queries, rows = tmp_path / "queries.parquet", tmp_path / "rows.parquet"
    run(data.path, "--ask", queries)
    knows = answer(queries, tmp_path / "a", knows=True)
    files = ["--predictions", knows, "--validation", validation(data, "sequential", tmp_path / "v"), "--out", rows]
    assert isinstance(run(data.path, *files).exception, DishonestEvidenceError)
    assert not rows.exists()
    assert run(data.path, *files, "--max-gap", 1000).exit_code == 0


@pytest.mark.parametrize(
    "options",
    [
        [],
        ["--task", "explanation", "--ask", "x"],
        ["--task", "sequentail", "--ask", "x"],
        ["--predictions", "x", "--out", "y"],
        ["--missing", 0.8, "--wrong", 0.8],
        ["--seed", -1],
        ["--ask", "absent/queries.parquet"],
    ],
)
def test_mistakes(
    run: Run, data: PreparedDataset, options: list[object], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    assert isinstance(run(data.path, *options).exception, OptionError)


def test_help(run: Run) -> None:
    text = run("--help").output
    for word in ("--predictions", "--validation", "--ask", "--missing", "honest tools"):
        assert word in text


def test_examples_and_thoughts_for_people(run: Run, data: PreparedDataset, tmp_path: Path) -> None:
    queries, rows, thoughts = (tmp_path / name for name in ("queries.parquet", "rows.parquet", "thoughts.parquet"))
    run(data.path, "--ask", queries)
    answers, new = answer(queries, tmp_path / "a"), validation(data, "sequential", tmp_path / "v")
    files = ["--predictions", answers, "--validation", new, "--out", rows]
    text = run(data.path, *files, "--show", 2).output
    assert text.count("<think>") == 2
    assert not thoughts.exists()
    facts = json.loads(run(data.path, *files, "--show", 1, "--thoughts", thoughts, "--json").stdout)
    assert [shown["completion"].startswith("<think>") for shown in facts["shown"]] == [True]
    table = pq.read_table(thoughts)
    assert table.num_rows == facts["thoughts"] == facts["rows"]
    assert table["user"].to_pylist() == pq.read_table(rows)["user"].to_pylist()
    assert isinstance(run(data.path, *files, "--show", -1).exception, OptionError)


def test_refusal_is_one_line_and_exit_code_2(
    run: Run,
    data: PreparedDataset,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    queries = tmp_path / "queries.parquet"
    run(data.path, "--ask", queries)
    knows, new = answer(queries, tmp_path / "a", knows=True), validation(data, "sequential", tmp_path / "v")
    files = ["--predictions", knows, "--validation", new, "--out", tmp_path / "rows.parquet"]
    monkeypatch.setattr(sys, "argv", ["rr-data", "traces", str(data.path), *map(str, files)])
    with pytest.raises(SystemExit) as stop:
        main()
    assert stop.value.code == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err.startswith("rr-data: first hits 1.0000")
    assert printed.err.count("\n") == 1
