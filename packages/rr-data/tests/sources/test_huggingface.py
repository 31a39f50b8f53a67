from __future__ import annotations

import json
from pathlib import Path

import polars as pl
import pytest

from rr_data.errors import OptionError, UnreadableSourceError
from rr_data.pipeline import prepare
from rr_data.sources.huggingface import HuggingFace

ROWS = {"user_id": ["u1", "u1", "u2"], "item_id": [7, 8, 7], "timestamp": [10, 20, 30], "extra": ["x", "y", "z"]}
EXPECTED = [("u1", "7", 10), ("u1", "8", 20), ("u2", "7", 30)]
datasets = pytest.importorskip("datasets")


def pairs(raw) -> list:
    return raw.interactions.select("user_id", "item_id", "timestamp").rows()


def test_object() -> None:
    raw = HuggingFace(dataset=datasets.Dataset.from_dict(ROWS)).read()
    assert pairs(raw) == EXPECTED
    assert raw.files == ()
    assert raw.interactions["line"].to_list() == [1, 2, 3]
    assert raw.interactions["file"].null_count() == 3


def test_object_with_chosen_rows() -> None:
    data = datasets.Dataset.from_dict(ROWS).select([2, 0])
    assert pairs(HuggingFace(dataset=data).read([])) == [EXPECTED[2], EXPECTED[0]]
    both = datasets.DatasetDict({"train": data, "test": datasets.Dataset.from_dict(ROWS)})
    assert HuggingFace(dataset=both).read().interactions.height == 5


def test_saved(tmp_path: Path) -> None:
    data = datasets.Dataset.from_dict(ROWS).filter(lambda row: row["extra"] != "y")
    data.save_to_disk(tmp_path / "one", num_shards=2)
    raw = HuggingFace().read([tmp_path / "one"])
    assert pairs(raw) == [EXPECTED[0], EXPECTED[2]]
    assert [path.suffix for path in raw.files] == [".arrow"] * 2
    assert raw.interactions.select("file", "line").rows() == [(0, 1), (1, 1)]
    datasets.DatasetDict({"train": data, "test": datasets.Dataset.from_dict(ROWS)}).save_to_disk(tmp_path / "two")
    assert HuggingFace().read([tmp_path / "two"]).interactions.height == 5


def test_parquet_and_json_lines(tmp_path: Path) -> None:
    pl.DataFrame(ROWS).write_parquet(tmp_path / "x.parquet")
    lines = [
        '{"user_id": "u1", "item_id": 7, "timestamp": 10}', "", "[1]", "{",
        '{"item_id": 7, "timestamp": 10}', '{"user_id": "u2", "item_id": {"a": 1}, "timestamp": 1}',
        '{"user_id": "u3", "item_id": "9", "timestamp": 1.5}', '{"user_id": "u3", "item_id": "9", "timestamp": 2.0}',
    ]  # fmt: skip
    (tmp_path / "x.jsonl").write_text("\n".join(lines))
    raw = HuggingFace().read([tmp_path / "x.parquet", tmp_path / "x.jsonl"])
    assert pairs(raw) == [*EXPECTED, ("u1", "7", 10), ("u3", "9", 2)]
    assert raw.rejected["line"].to_list() == [3, 4, 5, 6, 7]


def test_column_names(tmp_path: Path) -> None:
    (tmp_path / "x.jsonl").write_text('{"u": 1, "parent_asin": "B", "stars": 4, "t": 5000}\n')
    source = HuggingFace(user_id="u", item_id="parent_asin", rating="stars", timestamp="t", time_unit="ms")
    assert source.read([tmp_path / "x.jsonl"]).interactions.rows() == [("1", "B", 5, 4.0, 0, 1)]
    with pytest.raises(UnreadableSourceError, match="no column 'user_id'"):
        HuggingFace().read([tmp_path / "x.jsonl"])


@pytest.mark.parametrize("name", ["../x.arrow", "/etc/passwd", "..", "a\\b", 5])
def test_path_tricks(tmp_path: Path, name: object) -> None:
    (tmp_path / "state.json").write_text(json.dumps({"_data_files": [{"filename": name}]}))
    with pytest.raises(UnreadableSourceError, match="expected names in the same folder"):
        HuggingFace().read([tmp_path])


def test_refused(tmp_path: Path) -> None:
    (tmp_path / "state.json").write_text('{"_data_files": 5}')
    with pytest.raises(UnreadableSourceError, match="no list of _data_files"):
        HuggingFace().read([tmp_path])
    with pytest.raises(UnreadableSourceError, match="expected paths"):
        HuggingFace().read([])
    with pytest.raises(OptionError, match=r"datasets.Dataset"):
        HuggingFace(dataset="x")


def test_object_becomes_a_dataset(tmp_path: Path) -> None:
    rows = {"user_id": ["a"] * 3 + ["b"] * 3 + ["c"], "item_id": list("xyzxyzx"), "timestamp": list(range(7))}
    source = HuggingFace(dataset=datasets.Dataset.from_dict(rows))
    data = prepare(source, out=tmp_path / "out", k_core=2)
    assert data.manifest.counts["interactions"] == 6
    assert data.rejected.rows() == [(None, 7, "outside the 2-core")]
