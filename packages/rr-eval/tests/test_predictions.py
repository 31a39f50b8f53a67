"""The predictions table: what it refuses, and that it comes back as it was written."""

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rr_eval import (
    InvalidArgumentError,
    InvalidPredictionsError,
    Predictions,
    PredictionsFileError,
    SchemaVersionError,
    UnknownNameError,
)
from rr_eval.schema import VERSION_KEY


def test_a_table_comes_back_as_it_was_written(tmp_path, make_predictions):
    table = make_predictions(
        [["a", "b"], []],
        ["b", "c"],
        n_ahead=[1, None],
        n_tied=[0, None],
        confidence=[0.25, np.nan],
        route=["both", None],
        tools_used=[["x", "y"], []],
        thought=["hm", None],
        own={"age": [30, 40]},
    )
    table.write(tmp_path / "p.parquet")
    again = Predictions.read(str(tmp_path / "p.parquet"))
    assert again.table.equals(table.table)
    assert again.table.schema.metadata == table.table.schema.metadata
    assert again.numbers("n_ahead").tolist()[0] == 1
    assert np.isnan(again.numbers("confidence")[1])
    assert again.strings("route").tolist() == ["both", None]
    assert again.lists("tools_used") == [["x", "y"], []]
    assert list(tmp_path.iterdir()) == [tmp_path / "p.parquet"]


def test_the_file_follows_the_documented_schema(tmp_path, make_predictions):
    make_predictions([["a"]], ["a"]).write(tmp_path / "p.parquet")
    schema = pq.read_schema(tmp_path / "p.parquet")
    assert schema.metadata[b"rr_predictions_version"] == b"1"
    assert [(field.name, str(field.type)) for field in schema] == [
        ("query_id", "string"),
        ("user_id", "string"),
        ("task", "string"),
        ("system", "string"),
        ("items", "list<element: string>"),
        ("scores", "list<element: float>"),
        ("target", "string"),
        ("n_ahead", "int32"),
        ("n_tied", "int32"),
        ("confidence", "float"),
        ("route", "string"),
        ("tools_used", "list<element: string>"),
        ("latency_ms", "float"),
        ("flops", "double"),
        ("group", "string"),
    ]


def test_tables_of_other_writers_are_read(tmp_path):
    foreign = pa.table(
        {
            "scores": pa.array([[2.0, 1.0]], pa.large_list(pa.float64())),
            "items": pa.array([["a", "b"]], pa.large_list(pa.large_string())),
            "query_id": pa.array(["q"], pa.large_string()),
            "user_id": ["u"],
            "task": pa.array(["direct"]).dictionary_encode(),
            "system": ["s"],
            "target": ["b"],
        },
        metadata={VERSION_KEY: b"1"},
    )
    pq.write_table(foreign, tmp_path / "foreign.parquet")
    table = Predictions.read(tmp_path / "foreign.parquet")
    assert (table.tasks, table.systems) == (("direct",), ("s",))
    assert table.flat_lists().is_target.tolist() == [False, True]
    assert not table.known("tools_used").any()


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(PredictionsFileError, match=r"nowhere\.parquet: no such file"):
        Predictions.read(tmp_path / "nowhere.parquet")


def test_a_file_of_another_kind_is_refused(tmp_path):
    (tmp_path / "p.parquet").write_text("query,items")
    with pytest.raises(PredictionsFileError, match="not a Parquet file"):
        Predictions.read(tmp_path / "p.parquet")
    pq.write_table(pa.table({"a": [1]}), tmp_path / "p.parquet")
    with pytest.raises(PredictionsFileError, match=r"not a predictions table.*rr_predictions_version"):
        Predictions.read(tmp_path / "p.parquet")


def test_another_schema_version_says_what_to_do(tmp_path, make_predictions):
    table = make_predictions([["a"]], ["a"]).table.replace_schema_metadata({VERSION_KEY: b"7"})
    pq.write_table(table, tmp_path / "p.parquet")
    with pytest.raises(SchemaVersionError, match=r"schema version 7; this rr-eval reads version 1: install"):
        Predictions.read(tmp_path / "p.parquet")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"task": "ranking"}, "column 'task': received 'ranking' in row 0; expected one of sequential"),
        ({"target": [None, "a"]}, "column 'target': received null in row 0"),
        ({"confidence": [0.5, 1.5]}, r"column 'confidence': received 1.5 in row 1; expected float in \[0, 1\]"),
        ({"latency_ms": [1.0, np.inf]}, "column 'latency_ms': received inf in row 1"),
        ({"flops": [-1.0, 0.0]}, "column 'flops': received -1.0 in row 0"),
        ({"route": ["tools", "vlm"]}, "column 'route': received 'vlm' in row 1; expected one of tools, reasoner, both"),
        ({"n_ahead": [0, 1], "n_tied": [0, None]}, "column 'n_tied': .* in row 1 .*'q1'.*; expected both or neither"),
        ({"n_ahead": [0, -1], "n_tied": [0, 0]}, "column 'n_ahead': received -1 in row 1"),
        ({"n_ahead": [0.5, 1], "n_tied": [0, 0]}, "column 'n_ahead': .*expected int32"),
        ({"scores": [[1.0], [2.0, 1.0]]}, "column 'scores': received another number of scores .* row 0 .*'q0'"),
        ({"scores": [[2.0, 1.0], [1.0, 2.0]]}, "column 'scores': received rising scores in row 1 .*'q1'"),
        ({"scores": [[2.0, 1.0], [1.0, None]]}, "column 'scores': received a score that is not a number in row 1"),
        ({"items": [["a", None], ["a", "b"]]}, "column 'items': received a null item in row 0"),
        ({"items": [["a", "b"], ["b", "b"]]}, "column 'items': received an item that stands twice in row 1 .*'q1'"),
        ({"query_id": ["q", "q"]}, "column 'query_id': received 'q' 2 times for system 'tool'"),
        ({"user_id": ["u"]}, "column 'user_id': received 1 values; expected 2"),
        ({"group": [["low"], ["low"]]}, "column 'group': .*expected string"),
        ({"own": {"route": ["x", "y"]}}, "column 'route': received it in 'own'"),
    ],
)
def test_bad_columns_are_refused_by_name(make_predictions, change, message):
    with pytest.raises(InvalidPredictionsError, match=message):
        make_predictions(**({"items": [["a", "b"], ["a", "b"]], "target": ["a", "a"]} | change))


def test_a_missing_column_is_named(tmp_path, make_predictions):
    table = make_predictions([["a"]], ["a"]).table.drop_columns(["target"])
    pq.write_table(table, tmp_path / "p.parquet")
    with pytest.raises(InvalidPredictionsError, match=r"p\.parquet: column 'target': received a table without it"):
        Predictions.read(tmp_path / "p.parquet")


def test_arrays_lose_their_padding(make_predictions):
    table = make_predictions(
        np.array([["a", "b"], ["c", "pad"]]), ["a", "c"], scores=np.array([[2.0, 1.0], [3.0, -np.inf]])
    )
    assert table.lists("items") == [["a", "b"], ["c"]]
    with pytest.raises(InvalidPredictionsError, match=r"received shape \(2, 1\); expected \(2, 2\)"):
        make_predictions(np.array([["a", "b"], ["c", "d"]]), ["a", "c"], scores=np.ones((2, 1)))


def test_concat_and_its_limits(make_predictions):
    first = make_predictions([["a"]], ["a"], thought="hm")
    second = make_predictions([["b"]], ["a"], system="other")
    both = Predictions.concat([first, second])
    assert both.systems == ("tool", "other")
    assert both.strings("thought").tolist() == ["hm", None]
    assert {name: part.lists("items") for name, part in both.by_system()} == {"tool": [["a"]], "other": [["b"]]}
    with pytest.raises(InvalidPredictionsError, match="'q0' 2 times"):
        Predictions.concat([first, first])
    with pytest.raises(InvalidPredictionsError, match="no parts"):
        Predictions.concat([])
    with pytest.raises(InvalidPredictionsError, match="'own'"):
        Predictions.concat(
            [make_predictions([["a"]], ["a"], own={"x": [1]}), make_predictions([["a"]], ["a"], own={"x": ["1"]})]
        )


def test_unknown_names_offer_the_nearest(make_predictions):
    table = make_predictions([["a"]], ["a"])
    with pytest.raises(UnknownNameError, match="unknown system 'tol': did you mean 'tool'"):
        table.of_system("tol")
    with pytest.raises(UnknownNameError, match="unknown task 'ctr': known are sequential"):
        table.of_task("ctr")
    with pytest.raises(UnknownNameError, match="did you mean 'route'"):
        table.strings("rout")


def test_writing_leaves_nothing_half_done(tmp_path, make_predictions, monkeypatch):
    table = make_predictions([["a"]], ["a"])
    with pytest.raises(InvalidArgumentError, match="folder that exists"):
        table.write(tmp_path / "no" / "p.parquet")
    with pytest.raises(InvalidArgumentError, match="the folder"):
        table.write(tmp_path)
    (tmp_path / "p.parquet").write_text("old")

    def fail(_: object, path: Path, **__: object) -> None:
        path.write_bytes(b"half")
        raise OSError("disk full")

    monkeypatch.setattr(pq, "write_table", fail)
    with pytest.raises(OSError, match="disk full"):
        table.write(tmp_path / "p.parquet")
    assert [(path.name, path.read_text()) for path in tmp_path.iterdir()] == [("p.parquet", "old")]


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.lists(st.sampled_from("abcdef"), unique=True, max_size=6), max_size=6),
    st.lists(st.sampled_from("abcdefg"), min_size=6, max_size=6),
)
def test_flat_lists_find_every_target(items, targets):
    targets = targets[: len(items)]
    table = Predictions.from_columns(
        query_id=range(len(items)),
        user_id=range(len(items)),
        task="direct",
        system="s",
        items=items,
        scores=[[float(-place) for place in range(len(row))] for row in items],
        target=targets,
    )
    flat = table.flat_lists()
    expected = [
        (row, item == target) for row, (names, target) in enumerate(zip(items, targets, strict=True)) for item in names
    ]
    assert list(zip(flat.rows.tolist(), flat.is_target.tolist(), strict=True)) == expected
    assert flat.lengths.tolist() == [len(row) for row in items]
