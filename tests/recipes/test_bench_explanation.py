"""The bench `explanation` on a few texts: what it reads, trains, keeps and says, and how it counts."""

from __future__ import annotations

import gzip
import json
import subprocess
from pathlib import Path

import numpy as np
import pytest
import typer
from typer.testing import CliRunner

from recipes.bench.explanation import explanation
from recipes.bench.explanation_copy import copied_texts, never_seen, said_before
from recipes.bench.explanation_data import explanation_data
from recipes.bench.explanation_run import Job, result_of
from recipes.bench.explanation_scores import text_scores, whole_scores
from recipes.bench.explanation_settings import MODELS, WORDS_READ, settings
from rr_tools import get_model
from rr_tools.configuration import parse_config

ROWS = 40
SECOND = settings(["a"])[1]["learning_rate"]


@pytest.fixture
def lines(tmp_path: Path) -> Path:
    rows = [
        {
            "user_summary": f"likes {row % 7}",
            "title": f"title {row % 5}",
            "item_summary": "a book",
            "explanation": f"The user likes number {row % 5}.",
        }
        for row in range(ROWS)
    ]
    path = tmp_path / "few.jsonl.gz"
    path.write_bytes(gzip.compress("\n".join(map(json.dumps, rows)).encode()))
    return path


def test_json_lines_are_coded_by_their_texts_and_split(lines: Path) -> None:
    data = explanation_data(lines, split_seed=3)
    assert (data.n_users, data.n_items, np.bincount(data.parts).tolist()) == (7, 5, [32, 4, 4])
    assert data.users[:8].tolist() == [0, 1, 2, 3, 4, 5, 6, 0]
    assert explanation_data(lines, split_seed=3).parts.tolist() == data.parts.tolist()
    assert explanation_data(lines, split_seed=4).parts.tolist() != data.parts.tolist()


def test_equal_texts_score_all_and_others_nothing() -> None:
    assert text_scores(["It fits me well."], ["it FITS me well."]) == {"BLEU-4": 100.0, "ROUGE-L": 100.0}
    assert text_scores(["one two three four"], ["five six seven eight"]) == {"BLEU-4": 0.0, "ROUGE-L": 0.0}


def test_references_are_cut() -> None:
    assert text_scores(["a b c d"], ["a b c d e f"], longest=4) == {"BLEU-4": 100.0, "ROUGE-L": 100.0}
    assert text_scores(["a b c d"], ["a b c d e f"])["ROUGE-L"] == pytest.approx(80.0)


def test_sacrebleu_takes_whole_texts_as_they_stand() -> None:
    sacrebleu = pytest.importorskip("sacrebleu")
    texts, references = ["it fits me well.", "a gift"], ["It fits me very well.", "A gift, for her"]
    scores = whole_scores(texts, references)
    assert scores["sacreBLEU-4"] == pytest.approx(sacrebleu.corpus_bleu(texts, [references]).score)


def test_copies_come_from_training(lines: Path) -> None:
    data = explanation_data(lines, split_seed=0)
    trained = {data.texts[row] for row in data.rows("train")}
    assert set(copied_texts(data)) <= trained
    assert 0.0 <= said_before(data) <= 1.0
    assert never_seen(data) == (0.0, 0.0)


def test_every_model_tries_the_same_settings_and_reads_as_many_words() -> None:
    assert {setting["epochs"] for setting in settings(["a b c d."] * 100)} == {WORDS_READ // 500}
    assert settings(["word " * 500] * 100) == settings(["word " * 20] * 100)  # the rest is not read
    assert {setting["epochs"] for setting in settings(["word"] * WORDS_READ * 2)} == {1}
    for model in MODELS:
        for setting in settings(["word"]):
            parse_config(get_model(model).config_type, setting)


@pytest.fixture
def trained(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """The arguments of every process that the bench starts; each only pretends.

    Peter writes what the references say on validation with the second setting, and on the test rows; the others never.
    """
    started: list[list[str]] = []

    def pretend(arguments: list[str], check: bool) -> subprocess.CompletedProcess[str]:
        started.append(arguments)
        path, model, _, out = arguments[3:7]
        part = arguments[arguments.index("--part") + 1]
        data = explanation_data(Path(path), split_seed=0)
        right = model == "peter" and (part == "test" or f"learning_rate={SECOND}" in arguments)
        result = {
            "seconds": 60.0,
            "peak": 5e8,
            "milliseconds": 0.5,
            "longest": 6,
            "command": f"rr-tools train {model}",
            "metrics": {"validation_perplexity": 20.0},
            "texts": [data.texts[row] if right else "written" for row in data.rows(part)],
        }
        (Path(out) / f"{part}.json").write_text(json.dumps(result))
        return subprocess.CompletedProcess(arguments, 0)

    monkeypatch.setattr("recipes.bench.explanation_run.subprocess.run", pretend)
    return started


def test_the_bench_chooses_trains_keeps_and_tells(lines: Path, tmp_path: Path, trained: list[list[str]]) -> None:
    pytest.importorskip("sacrebleu")
    page = tmp_path / "page.md"
    app = typer.Typer()
    app.command()(explanation)
    arguments = ["--data", lines, "--seeds", 2, "--cache", tmp_path / "cache", "--out", page]
    for _ in range(2):
        done = CliRunner().invoke(app, [str(argument) for argument in arguments])
        assert done.exit_code == 0, done.output
    asked = {part: [run for run in trained if part in run] for part in ("validation", "test")}
    assert (len(asked["validation"]), len(asked["test"])) == (len(MODELS) * len(settings(["a"])), len(MODELS) * 2)
    assert all(f"learning_rate={SECOND}" in run for run in asked["test"] if "peter" in run)
    text = page.read_text()
    assert "32/4/4 texts for training, validation and test, 7 users, 5 items. A training" in text
    assert "| peter | nothing else | 100.00 ± 0.00 | 100.00 ± 0.00 | 100.00 ± 0.00 |" in text
    assert "peter minus attn2seq: BLEU-4 +100.00, ROUGE-L +100.00 (95 % interval" in text
    assert "| copy | " in text


@pytest.mark.slow
def test_a_run_trains_once_and_writes_both_parts(lines: Path, tmp_path: Path) -> None:
    job = Job(lines, "nrt", 0, {"epochs": 1, "hidden_size": 16, "max_words": 6})
    validation = result_of(job, "validation", out=tmp_path)
    trained = (tmp_path / "tool" / "card.json").stat().st_mtime_ns
    test = result_of(job, "test", out=tmp_path)
    assert (tmp_path / "tool" / "card.json").stat().st_mtime_ns == trained
    assert (len(validation["texts"]), len(test["texts"]), test["longest"]) == (4, 4, 6)
    assert test["seconds"] == validation["seconds"] > 0
