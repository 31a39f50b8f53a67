"""The bench `explanation` on a few texts: what it reads, trains, keeps and says, and how it counts."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import numpy as np
import pytest
import typer
from typer.testing import CliRunner

from recipes.bench import explanation as bench
from recipes.bench.explanation_copy import copied_texts, said_before
from recipes.bench.explanation_data import explanation_data
from recipes.bench.explanation_scores import bleu_4, rouge_l, text_scores
from recipes.bench.explanation_settings import MODELS, settings_of
from rr_tools import get_model
from rr_tools.configuration import parse_config

WORDS = ["the", "user", "would", "buy", "this"]
ROWS = 40


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


def drawn_texts(seed: int) -> list[str]:
    rng = np.random.default_rng(seed)
    return [" ".join(rng.choice(WORDS, rng.integers(5, 12))) for _ in range(50)]


def test_json_lines_are_coded_by_their_texts_and_split(lines: Path) -> None:
    data = explanation_data(lines, split_seed=3)
    assert (data.n_users, data.n_items, np.bincount(data.parts).tolist()) == (7, 5, [32, 4, 4])
    assert data.users[:8].tolist() == [0, 1, 2, 3, 4, 5, 6, 0]
    assert explanation_data(lines, split_seed=3).parts.tolist() == data.parts.tolist()
    assert explanation_data(lines, split_seed=4).parts.tolist() != data.parts.tolist()


def test_equal_texts_score_all_and_others_nothing() -> None:
    assert text_scores(["It fits me well."], ["it FITS me well."]) == {"BLEU-4": 100.0, "ROUGE-L": 100.0}
    assert text_scores(["one two three four"], ["five six seven eight"]) == {"BLEU-4": 0.0, "ROUGE-L": 0.0}


def test_scores_by_hand() -> None:
    text, reference = list("abcde"), list("abcdxy")
    expected = (4 / 5 * 3 / 4 * 2 / 3 * 1 / 2) ** 0.25 * np.exp(1 - 6 / 5)
    assert bleu_4([text], [reference]) == pytest.approx(expected)
    assert rouge_l(text, reference) == pytest.approx(2 * 4 / 11)
    assert rouge_l(["b", "a"], ["a", "b"]) == 0.5
    assert rouge_l([], ["a"]) == 0.0


def test_references_are_cut() -> None:
    assert text_scores(["a b c d"], ["a b c d e f"], longest=4)["BLEU-4"] == 100.0


def test_scores_are_those_of_the_libraries() -> None:
    sacrebleu = pytest.importorskip("sacrebleu")
    rouge = pytest.importorskip("rouge_score.rouge_scorer").RougeScorer(["rougeL"], use_stemmer=False)
    texts, references = drawn_texts(0), drawn_texts(1)
    ours = text_scores(texts, references)
    theirs = sacrebleu.corpus_bleu(texts, [references], smooth_method="none", tokenize="none", force=True).score
    assert 0 < ours["BLEU-4"] == pytest.approx(theirs)
    measures = [
        rouge.score(reference, text)["rougeL"].fmeasure for text, reference in zip(texts, references, strict=True)
    ]
    assert ours["ROUGE-L"] == pytest.approx(100 * np.mean(measures))


def test_copies_come_from_training(lines: Path) -> None:
    data = explanation_data(lines, split_seed=0)
    rows = np.flatnonzero(data.parts == 2)
    trained = {data.texts[row] for row in np.flatnonzero(data.parts == 0)}
    assert set(copied_texts(data, rows)) <= trained
    assert 0.0 <= said_before(data, rows) <= 1.0


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("long_texts", [False, True])
def test_settings_are_options_of_the_model(model: str, long_texts: bool) -> None:
    parse_config(get_model(model).config_type, settings_of(model, long_texts=long_texts))


def test_the_bench_trains_keeps_and_tells(lines: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    trained = []

    def pretend(data: Path, model: str, seed: int, split_seed: int, out: Path) -> None:
        trained.append((model, seed))
        out.mkdir(parents=True)
        scores = {"BLEU-4": 1.0 + seed, "ROUGE-L": 10.0}
        result = {
            "model": model,
            "seed": seed,
            "seconds": 60.0,
            "config": {"max_words": 6},
            "command": f"rr-tools train {model}",
            "metrics": {"validation_perplexity": 20.0},
            "texts": 4,
            "distinct": 2,
            "milliseconds": 0.5,
            "scores": scores,
            "whole": scores,
            "examples": [["written", "wanted"]] * 4,
        }
        (out / "result.json").write_text(json.dumps(result))

    monkeypatch.setattr(bench, "_train", pretend)
    app = typer.Typer()
    app.command()(bench.explanation)
    page = tmp_path / "page.md"
    arguments = ["--data", str(lines), "--seeds", "2", "--cache", str(tmp_path / "cache"), "--out", str(page)]
    for _ in range(2):
        done = CliRunner().invoke(app, arguments)
        assert done.exit_code == 0, done.output
    assert len(trained) == len(MODELS) * 2
    text = page.read_text()
    assert "| peter | 1.50 ± 0.71 | 10.00 ± 0.00 | 1.50 ± 0.71 |" in text
    assert "32/4/4 texts for training, validation and test, 7 users, 5 items; at most 6 words." in text
    assert "| copy | " in text


@pytest.mark.slow
def test_a_run_writes_its_result(lines: Path, tmp_path: Path) -> None:
    from recipes.bench.explanation_run import run

    run(lines, "nrt", 0, tmp_path / "run", options=["epochs=1", "hidden_size=16"])
    result = json.loads((tmp_path / "run" / "result.json").read_text())
    assert (result["part"], result["texts"], result["config"]["max_words"]) == ("test", 4, 20)
    assert set(result["scores"]) == {"BLEU-4", "ROUGE-L"}
