"""Other people's files: the same answers in every format, and what is refused."""

import gzip
import json

import pytest

from rr_eval import EvalError, InvalidPredictionsError, PredictionsFileError, evaluate, open_predictions

RUN = """q1 Q0 d1 1 3.5 bm25
q1 Q0 d2 2 1.5 bm25
q2 Q0 d3 1 2.0 bm25
q3 Q0 d1 1 1.0 bm25
"""
QRELS = "q1 0 d2 1\nq1 0 d9 0\nq2 0 d3 2\nq2 0 d4 1\nq4 0 d1 1\n"
ATOMIC = "user_id:token\titem_id:token\tscore:float\nq1\td1\t3.5\nq1\td2\t1.5\nq2\td3\t2\nq3\td1\t1\n"
TEST = "user_id:token\titem_id:token\trating:float\nq1\td2\t4\nq2\td3\t1\nq2\td4\t5\nq4\td1\t3\n"


@pytest.fixture
def write(tmp_path):
    def to(name, text):
        (tmp_path / name).write_text(text, encoding="utf-8")
        return tmp_path / name

    return to


def test_trec(write):
    opened = open_predictions([write("a.run", RUN)], relevant=write("qrels.txt", QRELS))
    table = opened.whole()
    assert (table.systems, table.tasks, len(table)) == (("bm25",), ("sequential",), 3)
    assert [note.rpartition(": ")[2] for note in opened.notes] == [
        "1 queries without a relevant item are left out",
        "1 queries with relevant items have no row and count as misses",
    ]
    found = evaluate(opened, metrics=["Recall@2", "HR@1", "MRR"], seed=0)
    assert found.score("bm25", "Recall@2").value == pytest.approx((1 + 0.5 + 0) / 3)
    assert found.score("bm25", "MRR").value == pytest.approx((0.5 + 1 + 0) / 3)


def test_atomic_files_of_recbole(write):
    opened = open_predictions([write("sasrec.inter", ATOMIC)], relevant=write("test.inter", TEST))
    found = evaluate(opened, metrics=["Recall@2", "MRR"], seed=0)
    assert found.score("sasrec", "Recall@2").value == pytest.approx((1 + 0.5 + 0) / 3)
    assert found.score("sasrec", "MRR").value == pytest.approx((0.5 + 1 + 0) / 3)


def test_rows_with_labels(write):
    rows = [("u1", "a", 0.9, 0), ("u1", "b", 0.4, 1), ("u2", "a", 0.1, 1), ("u2", "c", 0.1, 0)]
    text = "user_id,item_id,score,label,system\n" + "".join(f"{','.join(map(str, row))},mine\n" for row in rows)
    path = write("rows.csv", text)
    ranking = evaluate(open_predictions([path]), metrics=["HR@1", "MRR"], seed=0)
    assert (ranking.task, ranking.score("mine", "MRR").value) == ("direct", pytest.approx((1 / 2 + 1 / 1.5) / 2))
    assert ranking.notes[0].startswith("sampled: ")
    clicks = evaluate(open_predictions([path], task="ctr"), metrics=["AUC"], seed=0)
    assert clicks.score("mine", "AUC").value == pytest.approx((1 + 0 + 0 + 0.5) / 4)


def test_json_lines_of_texts(tmp_path):
    rows = [{"prediction": "a good book", "reference": "a good read"}, {"prediction": "x", "reference": "x"}]
    path = tmp_path / "peer.jsonl.gz"
    path.write_bytes(gzip.compress("\n".join(map(json.dumps, rows)).encode()))
    found = evaluate(open_predictions([path]), metrics=["ROUGE-1"], seed=0)
    assert found.score("peer", "ROUGE-1").value == pytest.approx((2 / 3 + 1) / 2)


def test_several_files_are_one_table(write, tmp_path, make_predictions):
    make_predictions([["d1", "d2"], ["d3"]], ["d2", "d3"], query_id=["q1", "q2"]).write(tmp_path / "mine.parquet")
    run, qrels = write("a.run", RUN), write("qrels.txt", "q1 0 d2 1\nq2 0 d3 1\n")
    found = evaluate(open_predictions([tmp_path / "mine.parquet", run], relevant=qrels), metrics=["MRR"], seed=0)
    assert found.systems == ("tool", "bm25")
    assert found.score("tool", "MRR").value == found.score("bm25", "MRR").value == 0.75
    with pytest.raises(InvalidPredictionsError, match="2 times"):
        evaluate(open_predictions([run, run], relevant=qrels), seed=0)


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("x.txt", "hello", "not a Parquet file"),
        ("x.txt", "", "not a Parquet file"),
        ("x.csv", "user_id,item_id\nu,i\n", "column 'score': received a file without it"),
        ("x.csv", "user_id,item_id,score\nu,i,1\n", "without a column 'label'; expected that column, or a file"),
        ("x.csv", "user_id,item_id,score,label\nu,i,high,1\n", "column 'score'"),
        ("x.csv", "user_id,item_id,score,label\nu,i,1,0\n", "no relevant item"),
        ("x.csv", "user_id,item_id,score,label\nu,i,1,1\nu,i,2,0\n", "stands twice"),
        ("x.csv", "user_id,item_id,score,label\nu,i\n", "x.csv"),
        ("x.run", "q Q0 d 1 2.0 s\nq Q0 d 1\n", "4 fields in line 2; expected 6"),
        ("x.run", "q Q0 d 1 2.0 s\n", r"received none for the run .*\(--relevant\)"),
        ("x.jsonl", '{"prediction": "a"}\n', "line 1 is not an object"),
        ("x.jsonl", "{broken\n", "line 1 is not an object"),
    ],
)
def test_files_that_cannot_be_read_say_why(write, name, text, message):
    with pytest.raises(EvalError, match=message):
        open_predictions([write(name, text)])


def test_missing_and_foreign_files(write, tmp_path):
    with pytest.raises(PredictionsFileError, match="no such file"):
        open_predictions([tmp_path / "none.run"])
    (tmp_path / "binary").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(PredictionsFileError, match="no text in UTF-8"):
        open_predictions([tmp_path / "binary"])
    with pytest.raises(PredictionsFileError, match="a grade that is no number"):
        open_predictions([write("a.run", RUN)], relevant=write("qrels.txt", "q1 0 d1 good\n"))
    with pytest.raises(PredictionsFileError, match="score 'x' in line 1"):
        open_predictions([write("b.run", "q Q0 d 1 x s\n")], relevant=write("qrels.txt", QRELS))
