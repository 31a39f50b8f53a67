from __future__ import annotations

import json
import sys

import pytest

from rr_tools import InvalidDataError, MissingExtraError
from rr_tools.predictions_file import predictions_file

ROW = {
    "query_id": "q",
    "user_id": "u",
    "task": "sequential",
    "system": "tool",
    "items": ["ä", "b"],
    "scores": [2.0, 1.0],
    "target": "b",
    "n_ahead": 1,
    "n_tied": 0,
    "confidence": None,
    "route": None,
    "tools_used": ["tool"],
    "latency_ms": 0.5,
    "flops": 7.0,
    "group": None,
}


def test_json_lines(tmp_path):
    path = tmp_path / "answers.jsonl"
    with predictions_file(path) as write:
        write([ROW, ROW])
        write([ROW])
    assert [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()] == [ROW] * 3


def test_parquet_is_what_rr_eval_reads(tmp_path):
    parquet = pytest.importorskip("pyarrow.parquet")
    path = tmp_path / "answers.parquet"
    with predictions_file(path) as write:
        write([ROW])
        write([{**ROW, "query_id": "r", "target": None}])
    table = parquet.read_table(path)
    assert table.schema.metadata[b"rr_predictions_version"] == b"1"
    assert [str(field.type) for field in table.schema][4:10] == [
        "list<element: string>",
        "list<element: float>",
        "string",
        "int32",
        "int32",
        "float",
    ]
    assert table.to_pylist() == [ROW, {**ROW, "query_id": "r", "target": None}]


@pytest.mark.parametrize("name", ["answers.jsonl", "answers.parquet"])
def test_a_file_is_whole_or_not_there(tmp_path, name):
    if name.endswith("parquet"):
        pytest.importorskip("pyarrow")

    def fail():
        with predictions_file(tmp_path / name) as write:
            write([ROW])
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fail()
    assert list(tmp_path.iterdir()) == []


def test_mistakes(tmp_path, monkeypatch):
    with pytest.raises(InvalidDataError, match=r"must end in .parquet or .jsonl"), predictions_file(tmp_path / "a.csv"):
        pass
    with pytest.raises(InvalidDataError, match="there is no folder"), predictions_file(tmp_path / "none" / "a.jsonl"):
        pass
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(MissingExtraError, match="needs pyarrow"), predictions_file(tmp_path / "a.parquet"):
        pass
