"""The command line, run as users run it."""

import json
import sys

import pyarrow.parquet as pq
import pytest

from rr_eval import cli
from rr_eval.schema import VERSION_KEY


@pytest.fixture
def run(monkeypatch, capsys):
    """Run rr-eval; return the exit code, the output and the errors."""

    def call(*arguments: object) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["rr-eval", *map(str, arguments)])
        with pytest.raises(SystemExit) as exit_info:
            cli.main()
        captured = capsys.readouterr()
        return int(exit_info.value.code or 0), captured.out, captured.err

    return call


@pytest.fixture
def file(tmp_path, routed):
    routed.write(tmp_path / "predictions.parquet")
    return tmp_path / "predictions.parquet"


def test_score_prints_a_table(run, file):
    code, out, err = run("score", file)
    assert (code, err) == (0, "")
    for words in ("HR@5", "NDCG@5", "agent", "strong tool", "±", "120 queries", "seed 0"):
        assert words in out


def test_score_as_json(run, file):
    code, out, _ = run("score", file, "--metrics", "HR@1,MRR", "--seed", 3, "--json")
    found = json.loads(out)
    assert (code, found["seed"], found["ties"]) == (0, 3, "middle")
    assert [system["system"] for system in found["systems"]] == ["agent", "strong tool", "weak tool"]
    assert set(found["systems"][0]["metrics"]) == {"HR@1", "MRR"}


def test_score_by_group(run, file):
    assert "group = low" in run("score", file, "--by", "group")[1]
    found = json.loads(run("score", file, "--by", "age", "--json")[1])
    assert (found["by"], list(found["groups"])) == ("age", ["0", "1", "2"])


def test_compare(run, file):
    code, out, _ = run("compare", file, "--reference", "agent")
    assert code == 0
    assert "minus agent" in out
    assert "p<.001" in out
    found = json.loads(run("compare", file, "--reference", "agent", "--bounds", "strong tool", "--json")[1])
    assert (found["reference"], found["bounds"], len(found["differences"])) == ("agent", ["strong tool"], 4)


def test_report(run, file, tmp_path):
    pytest.importorskip("jinja2")
    code, out, err = run("report", file, "--out", tmp_path / "r.html", "--reference", "agent", "--title", "My title")
    assert (code, out, err) == (0, "", f"wrote {tmp_path / 'r.html'}\n")
    html = (tmp_path / "r.html").read_text(encoding="utf-8")
    for words in ("<h1>My title</h1>", "Routes of agent", "Calibration of agent", "rr-eval report", "sha256"):
        assert words in html


def one_line(result: tuple[int, str, str], words: str) -> None:
    code, out, err = result
    assert (code, out) == (2, "")
    assert err.startswith("rr-eval: ")
    assert words in err
    assert err.count("\n") == 1


def test_mistakes_end_with_two_and_one_line(run, file, tmp_path):
    one_line(run("score", tmp_path / "nowhere.parquet"), "no such file")
    (tmp_path / "notes.txt").write_text("hello")
    one_line(run("score", tmp_path / "notes.txt"), "not a Parquet file")
    one_line(run("score", file, "--metrics", "NDGC@5"), "did you mean 'NDCG@5'")
    one_line(run("score", file, "--metrics", ""), "at least one")
    one_line(run("score", file, "--ties", "best"), "one of middle, optimistic, pessimistic")
    one_line(run("score", file, "--by", "grop"), "did you mean 'group'")
    one_line(run("score", file, "--task", "ctr"), "unknown task")
    one_line(run("score", file, "--seed", "x"), "--seed")
    one_line(run("score"), "Missing argument")
    one_line(run("compare", file, "--reference", "agnt"), "did you mean 'agent'")
    one_line(run("compare", file), "--reference")
    one_line(run("scor", file), "scor")
    one_line(run(), "Missing command")


def test_foreign_tables_are_refused(run, tmp_path, make_predictions):
    table = make_predictions([["a"]], ["a"]).table
    pq.write_table(table.replace_schema_metadata({VERSION_KEY: b"2"}), tmp_path / "p.parquet")
    one_line(run("score", tmp_path / "p.parquet"), "schema version 2")
    pq.write_table(table.replace_schema_metadata(None), tmp_path / "p.parquet")
    one_line(run("score", tmp_path / "p.parquet"), "not a predictions table")
    make_predictions([], []).write(tmp_path / "p.parquet")
    one_line(run("score", tmp_path / "p.parquet"), "no rows")


def test_a_report_that_fails_leaves_nothing(run, file, tmp_path):
    pytest.importorskip("jinja2")
    before = sorted(tmp_path.iterdir())
    one_line(run("report", file, "--out", tmp_path / "no" / "r.html"), "folder that exists")
    one_line(run("report", file, "--out", tmp_path / "r.html", "--right-at", 0), "a cut of 1 or more")
    assert sorted(tmp_path.iterdir()) == before


def test_report_without_jinja_names_the_extra(run, file, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "jinja2", None)
    monkeypatch.delitem(sys.modules, "rr_eval.report.render", raising=False)
    one_line(run("report", file, "--out", tmp_path / "r.html"), "rr-eval[report]")


def test_interruption_is_quiet(run, file, monkeypatch):
    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(cli, "evaluate", interrupted)
    assert run("score", file) == (130, "", "")


def test_help(run):
    code, out, _ = run("--help")
    assert code == 0
    assert all(command in out for command in ("score", "compare", "report"))
