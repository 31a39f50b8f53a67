from __future__ import annotations

import gzip
import json

import numpy as np

from recipes.bench.explanation_scores import CUT_METRICS, cut
from recipes.bench.vlm_explanation import _difference, _row
from recipes.bench.vlm_explanation_data import Explained, first_words, quotations
from rr_tools import ExplanationData


def test_a_note_quotes_training_texts_of_others_alone():
    data = ExplanationData(
        users=[0, 0, 0, 1, 1], items=[0, 1, 0, 0, 1], texts=["own", "more", "tested", "theirs", "held out"],
        parts=[0, 0, 2, 0, 1], n_users=2, n_items=2,
    )  # fmt: skip
    notes = quotations(data, ["a lamp", "a chair"])
    assert notes[0] == 'The item: a lamp. The user wrote before: "more" Others wrote of it: "theirs"'
    assert notes[2] == 'The item: a lamp. The user wrote before: "more" "own" Others wrote of it: "theirs"'
    assert notes[4] == 'The item: a chair. The user wrote before: "theirs" Others wrote of it: "more"'
    assert not any("held out" in note or "tested" in note for note in notes)


def test_rows_of_json_lines_tell_the_summaries_and_end_with_the_text(tmp_path):
    lines = [
        {"title": f"T{n}", "item_summary": f"item {n}", "user_summary": f"user {n}", "explanation": f"Because, of {n}."}
        for n in range(10)
    ]
    path = tmp_path / "texts.jsonl.gz"
    path.write_bytes(gzip.compress("\n".join(map(json.dumps, lines)).encode()))
    told = Explained.read(path, split_seed=0)
    row = told.rows(np.array([3]), longest=3)[0]
    assert row["prompt"][0]["content"][0]["text"].endswith("<item_3>. The item: T3. item 3 The user: user 3")
    assert row["completion"][0]["content"][0]["text"] == "<answer>Because, of"
    assert len(told.catalogue(16)) == 10


def test_a_cut_text_has_as_many_words_as_the_scores_count():
    text = "Don't say: it's (really) fine!"
    for most in range(12):
        assert len(cut([first_words(text, most)], None)[0].split()) <= most
    assert first_words(text, 12) == text


def test_scores_of_several_seeds_are_told_with_their_spread():
    seeds = [{"scores": dict.fromkeys(CUT_METRICS, value)} for value in (1.0, 3.0)]
    assert _row("it", "test", seeds) == "| it | test | 2.00 ± 1.41 | 2.00 ± 1.41 |"
    assert _row("it", "test", seeds[:1]) == "| it | test | 1.00 | 1.00 |"


def test_the_difference_is_of_means_over_seeds():
    own, peers = ({"texts": [text] * 20} for text in ("a nice card", "no")), [{"texts": ["no"] * 20}]
    told = _difference(list(own), peers, ["a nice card"] * 20)
    assert "smol minus peter: ROUGE-L +50.00 " in told
