"""Text metrics: hand-computed cases of the PETER convention, sacreBLEU's and rouge-score's values."""

import math
import random

import numpy as np
import pytest

from rr_eval import (
    InvalidArgumentError,
    InvalidPredictionsError,
    bert_score,
    bleu,
    distinct,
    evaluate,
    feature_coverage,
    feature_diversity,
    feature_matching,
    rouge,
    unique_sentence_ratio,
)
from rr_eval.text.rouge import common_subsequence

VOCABULARY = ["the", "a", "room", "was", "clean", "quiet", "and", "staff", "Great", "it's", "n't", "42", "great,"]


def corpora(n: int):
    generator = random.Random(0)
    for _ in range(n):
        size = generator.randint(1, 4)
        yield [
            [" ".join(generator.choices(VOCABULARY[:6] if side else VOCABULARY, k=generator.randint(0, 9))) + end
             for _ in range(size)]
            for side, end in ((0, "."), (1, " !"))
        ]  # fmt: skip


def test_bleu_of_peter_by_hand():
    text, reference = ["the room was clean and the staff"], ["the room was clean and quiet staff here"]
    # 1-grams 6 of 7 (one "the" is clipped), 2-grams 4 of 6, 3-grams 3 of 5, 4-grams 2 of 4; 7 words against 8
    penalty = math.exp(1 - 8 / 7)
    assert bleu(text, reference, n=1) == pytest.approx(penalty * 6 / 7)
    assert bleu(text, reference, n=2) == pytest.approx(penalty * math.sqrt(6 / 7 * 4 / 6))
    assert bleu(text, reference, n=4) == pytest.approx(penalty * (6 / 7 * 4 / 6 * 3 / 5 * 2 / 4) ** 0.25)
    assert bleu(["a b c"], ["a b d"], n=3) == 0  # no smoothing
    assert bleu(["a b", "c d e"], ["a b", "c x"], n=1) == pytest.approx(3 / 5)  # over the corpus; longer: no penalty
    assert bleu(["A b"], ["a b"], n=1) == 0.5  # case counts
    assert bleu([["a", "b"]], [["a", "b"]], n=2) == 1
    assert bleu([""], ["a"]) == 0


@pytest.mark.parametrize("n_cases", [60, pytest.param(1000, marks=pytest.mark.slow)])
def test_bleu_equals_sacrebleu(n_cases):
    sacrebleu = pytest.importorskip("sacrebleu")
    for texts, references in corpora(n_cases):
        for n in (1, 4):
            default = sacrebleu.BLEU(max_ngram_order=n).corpus_score(texts, [references]).score / 100
            assert bleu(texts, references, n=n, convention="sacrebleu") == pytest.approx(default, abs=1e-9)
            plain = sacrebleu.BLEU(max_ngram_order=n, tokenize="none", smooth_method="none", force=True)
            expected = plain.corpus_score(texts, [references]).score / 100
            assert bleu(texts, references, n=n) == pytest.approx(expected, abs=1e-9)


@pytest.mark.parametrize("n_cases", [30, pytest.param(1000, marks=pytest.mark.slow)])
def test_rouge_equals_rouge_score(n_cases):
    scorers = pytest.importorskip("rouge_score.rouge_scorer")
    scorer = scorers.RougeScorer(["rouge1", "rouge2", "rougeL"])
    for texts, references in corpora(n_cases):
        expected = [scorer.score(reference, text) for text, reference in zip(texts, references, strict=True)]
        for variant in ("1", "2", "L"):
            wanted = [scores[f"rouge{variant}"].fmeasure for scores in expected]
            assert rouge(texts, references, variant=variant) == pytest.approx(wanted, abs=1e-12)


def test_common_subsequences_equal_dynamic_programming():
    generator = random.Random(1)
    for _ in range(300):
        a, b = (generator.choices("abcd", k=generator.randint(0, 12)) for _ in range(2))
        table = np.zeros((len(a) + 1, len(b) + 1), dtype=int)
        for i, x in enumerate(a):
            for j, y in enumerate(b):
                table[i + 1, j + 1] = table[i, j] + 1 if x == y else max(table[i, j + 1], table[i + 1, j])
        assert common_subsequence(a, b) == table[-1, -1]


def test_repetition():
    assert distinct(["a b a b", "a b"], n=1) == 2 / 6
    assert distinct(["a b a b", "a b"], n=2) == 2 / 4
    assert math.isnan(distinct(["a"], n=2))
    assert unique_sentence_ratio(["x y", "x y", "z", "x  y"]) == 0.5


def test_features_by_hand():
    texts = ["The battery life is great", "great screen, great battery", "nothing"]
    features = ["battery life", "screen", "battery"]
    assert feature_matching(texts, features).tolist() == [1, 1, 0]
    assert feature_coverage(texts, [*features, "price", "Screen"]) == 3 / 4
    assert feature_diversity(texts, features) == pytest.approx(1 / 3)  # the first two share "battery"
    with pytest.raises(InvalidArgumentError):
        feature_coverage(texts, [])


def test_bert_score_by_hand():
    one = [[1.0, 0.0], [0.6, 0.8]]
    other = [[0.0, 2.0]]
    # cosines 0 and .8: precision .4, recall .8
    assert bert_score([one, [], one], [other, other, one]) == pytest.approx([2 * 0.4 * 0.8 / 1.2, 0, 1])
    with pytest.raises(InvalidArgumentError, match="vectors of 3"):
        bert_score([one], [[[1.0, 0.0, 0.0]]])


def test_bad_arguments_are_refused():
    for call in (lambda: bleu([], []), lambda: rouge(["a"], []), lambda: bleu(["a"], ["a"], n=0),
                 lambda: bleu(["a"], ["a"], convention="x"), lambda: rouge(["a"], ["a"], variant="3")):  # fmt: skip
        with pytest.raises(InvalidArgumentError):
            call()


def test_a_table_of_explanations(make_predictions):
    table = make_predictions(
        [[], []], ["i", "i"], task="explanation", reason=["the room was clean", "good staff"],
        reference=["the room was clean", "the good staff"], feature=["room", "price"],
    )  # fmt: skip
    found = evaluate(table, metrics=["bleu-1", "rouge-l", "FMR"], seed=0)
    assert found.score("tool", "BLEU-1").value == pytest.approx(math.exp(1 - 7 / 6))
    assert found.score("tool", "ROUGE-L").value == pytest.approx((1 + 0.8) / 2)
    assert found.score("tool", "FMR").value == 0.5
    with pytest.raises(InvalidPredictionsError, match="'reference'"):
        evaluate(make_predictions([[]], ["i"], task="explanation", reason=["x"]), seed=0)
