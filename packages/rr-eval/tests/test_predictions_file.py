"""A table read piece by piece scores as one in memory."""

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from rr_eval import (
    InvalidArgumentError,
    InvalidPredictionsError,
    PredictionsFile,
    PredictionsFileError,
    SideTable,
    compare,
    evaluate,
    evaluate_by,
)
from rr_eval.schema import VERSION_KEY


@pytest.mark.parametrize("batch_rows", [1, 7, 100_000])
def test_pieces_score_as_the_whole(tmp_path, routed, batch_rows):
    routed.write(tmp_path / "p.parquet")
    file = PredictionsFile(tmp_path / "p.parquet", batch_rows=batch_rows)
    whole, pieces = evaluate(routed, seed=0), evaluate(file, seed=0)
    assert pieces.scores == whole.scores
    assert pieces.systems == whole.systems
    assert pieces.costs["agent"].latency_ms == pytest.approx(whole.costs["agent"].latency_ms)
    assert compare(pieces, reference="agent").as_dict() == compare(whole, reference="agent").as_dict()
    groups, expected = evaluate_by(file, by="age", seed=0), evaluate_by(routed, by="age", seed=0)
    assert list(groups) == list(expected) == ["0", "1", "2"]
    assert groups["1"].scores == expected["1"].scores


def test_a_query_that_stands_in_two_pieces_is_refused(tmp_path, make_predictions):
    table = make_predictions([["a"]], ["a"]).table
    pq.write_table(pa.concat_tables([table, table]), tmp_path / "p.parquet")
    with pytest.raises(InvalidPredictionsError, match="'q0' 2 times for system 'tool'"):
        evaluate(PredictionsFile(tmp_path / "p.parquet", batch_rows=1), seed=0)


def test_bad_files_and_sizes_are_refused(tmp_path, make_predictions):
    with pytest.raises(InvalidArgumentError, match="batch_rows"):
        PredictionsFile(tmp_path / "p.parquet", batch_rows=0)
    with pytest.raises(PredictionsFileError, match="no such file"):
        list(PredictionsFile(tmp_path / "p.parquet"))
    (tmp_path / "p.parquet").write_text("no")
    with pytest.raises(PredictionsFileError, match="not a Parquet file"):
        list(PredictionsFile(tmp_path / "p.parquet"))
    make_predictions([], []).write(tmp_path / "p.parquet")
    with pytest.raises(InvalidPredictionsError, match="no rows"):
        evaluate(PredictionsFile(tmp_path / "p.parquet"), seed=0)


def test_side_tables_give_groups(tmp_path, make_predictions):
    table = make_predictions([["a"], ["a"], ["b"]], ["a", "b", "z"], user_id=["u1", "u2", "u3"])
    table.write(tmp_path / "p.parquet")
    pq.write_table(pa.table({"user_id": ["u2", "u1"], "group": [10, 2]}), tmp_path / "users.parquet")
    pq.write_table(pa.table({"item_id": ["a", "b"], "count": [9, 1]}), tmp_path / "items.parquet")
    sides = [
        SideTable.read(tmp_path / "users.parquet", subject="user"),
        SideTable.read(tmp_path / "items.parquet", subject="item"),
    ]
    file = PredictionsFile(tmp_path / "p.parquet", sides=sides)
    hits = {
        name: part.score("tool", "HR@1").value
        for name, part in evaluate_by(file, by="user.group", metrics=["HR@1"], seed=0).items()
    }
    assert hits == {"2": 1, "10": 0, "(none)": 0}
    assert list(hits) == ["2", "10", "(none)"]
    found = evaluate_by(file, by="item.popularity", metrics=["HR@1"], seed=0)
    assert list(found) == ["head", "tail", "(none)"]
    pq.write_table(pa.table({"user_id": ["u", "u"]}), tmp_path / "users.parquet")
    with pytest.raises(InvalidPredictionsError, match="stands twice"):
        SideTable.read(tmp_path / "users.parquet", subject="user")
    with pytest.raises(InvalidPredictionsError, match="item_id"):
        SideTable.read(tmp_path / "users.parquet", subject="item")
    assert VERSION_KEY in pq.read_schema(tmp_path / "p.parquet").metadata
