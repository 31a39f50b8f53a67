from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rr_data.errors import DishonestEvidenceError, EvidenceError, OptionError
from rr_data.prompts.evidence import build_traces, check_honest
from rr_data.prompts.evidence_noise import EvidenceNoise


def answers(n: int = 4000, k: int = 5) -> np.ndarray:
    return np.arange(n * k).reshape(n, k)


class TestNoise:
    def test_rates(self) -> None:
        given_answers = {"a": answers(), "b": answers()}
        shown = EvidenceNoise(missing=0.2, wrong=0.1, seed=1).apply(given_answers)
        for name, original in given_answers.items():
            missing = (shown[name] == -1).all(axis=1)
            wrong = ~missing & (shown[name] != original).any(axis=1)
            assert missing.mean() == pytest.approx(0.2, abs=0.03)
            assert wrong.mean() == pytest.approx(0.1, abs=0.03)
            rows = {tuple(row) for row in original.tolist()}
            assert all(tuple(row) in rows for row in shown[name][wrong].tolist())
        assert (shown["a"] != shown["b"]).any()

    def test_depends_on_seed_and_name_only(self) -> None:
        noise = EvidenceNoise(seed=3)
        both = noise.apply({"a": answers(), "b": answers()})
        assert np.array_equal(both["b"], noise.apply({"b": answers()})["b"])
        assert not np.array_equal(both["b"], EvidenceNoise(seed=4).apply({"b": answers()})["b"])

    def test_wrong_is_never_its_own_answer(self) -> None:
        for seed in range(20):
            shown = EvidenceNoise(missing=0.0, wrong=1.0, seed=seed).apply({"a": answers(3)})["a"]
            assert (shown != answers(3)).all()

    def test_input_is_left_alone(self) -> None:
        original = answers()
        EvidenceNoise(missing=0.5, wrong=0.5, seed=0).apply({"a": original})
        assert np.array_equal(original, answers())

    @pytest.mark.parametrize("n", [0, 1])
    def test_few_queries(self, n: int) -> None:
        assert EvidenceNoise(missing=0.0, wrong=1.0, seed=0).apply({"a": answers(n)})["a"].shape == (n, 5)

    @pytest.mark.parametrize(
        "rates", [{"missing": -0.1}, {"missing": 0.6, "wrong": 0.6}, {"wrong": math.nan}, {"seed": -1}]
    )
    def test_bad_rates(self, rates: dict[str, float]) -> None:
        with pytest.raises(OptionError):
            EvidenceNoise(**{"seed": 0} | rates)


class TestTraces:
    def test_by_hand(self) -> None:
        shown = {
            "a": np.array([[1, 2, 3], [-1, -1, -1], [7, 8, 9]]),
            "b": np.array([[2, 4, 1], [5, 6, -1], [-1, -1, -1]]),
        }
        traces = build_traces(shown, [2, 9, 1], [0, 1, 2], usable_at=2)
        # query 0: item 2 scores 1/62 + 1/61, item 1 scores 1/61 + 1/63: the target is first, bin 9
        assert traces[0].tools == (("a", True), ("b", True))
        assert (traces[0].evidence, traces[0].confidence_bin) == ((2,), 9)
        # query 1: only b answers, without the target
        assert traces[1].tools == (("a", False), ("b", False))
        assert (traces[1].evidence, traces[1].confidence_bin) == ((5,), 0)
        assert (traces[2].evidence, traces[2].confidence_bin) == ((7,), 0)
        assert [trace.eh_level for trace in traces] == [0, 1, 2]

    @pytest.mark.parametrize(("rank", "expected"), [(1, 9), (2, 6), (3, 5), (4, 4), (7, 3), (10, 2)])
    def test_bins_follow_the_rank(self, rank: int, expected: int) -> None:
        assert build_traces({"a": np.arange(1, 21)[None]}, [rank], [0])[0].confidence_bin == expected

    def test_ties_stand_in_the_middle(self) -> None:
        shown = {"a": np.array([[1]]), "b": np.array([[2]])}
        for target in (1, 2):  # rank 1.5: 1 / log2(2.5) = .756
            assert build_traces(shown, [target], [0])[0].confidence_bin == 7

    def test_nobody_answered(self) -> None:
        trace = build_traces({"a": np.full((1, 3), -1)}, [4], [1])[0]
        assert (trace.evidence, trace.confidence_bin, trace.tools) == ((), 0, (("a", False),))
        assert build_traces({}, [4], [1])[0].tools == ()

    @given(st.data())
    def test_evidence_never_depends_on_the_target(self, data) -> None:
        rows = data.draw(st.lists(st.permutations(range(6)), min_size=1, max_size=4))
        targets = data.draw(st.lists(st.integers(0, 9), min_size=len(rows), max_size=len(rows)))
        shown = {"a": np.array(rows)[:, :4], "b": np.array(rows)[:, 2:]}
        levels = [0] * len(rows)
        one, two = build_traces(shown, targets, levels), build_traces(shown, [99] * len(rows), levels)
        assert [trace.evidence for trace in one] == [trace.evidence for trace in two]

    def test_mean_bin_is_the_consensus_gain(self) -> None:
        rng = np.random.default_rng(0)
        shown = {"a": np.array([rng.permutation(10) for _ in range(3000)])}
        targets = rng.integers(0, 10, 3000)
        bins = [trace.confidence_bin for trace in build_traces(shown, targets, np.zeros(3000, int))]
        gains = [1 / math.log2(1 + rank) for rank in range(1, 11)]
        assert np.mean(bins) / 10 == pytest.approx(np.mean(gains), abs=0.06)

    def test_lengths_must_agree(self) -> None:
        with pytest.raises(EvidenceError, match=r"lengths \[1, 2\]"):
            build_traces({"a": np.zeros((1, 3))}, [1, 2], [0, 0])
        with pytest.raises(EvidenceError, match="shape"):
            build_traces({"a": np.zeros(3)}, [1, 2, 3], [0, 0, 0])
        with pytest.raises(OptionError):
            build_traces({}, [], [], usable_at=0)


class TestHonesty:
    @pytest.mark.parametrize(("train", "validation"), [(0.06, 0.05), (0.01, 0.05), (0.0, 0.0)])
    def test_accepted(self, train: float, validation: float) -> None:
        check_honest(train, validation)

    @pytest.mark.parametrize(("train", "validation"), [(0.0601, 0.05), (0.5, 0.05), (0.01, 0.0)])
    def test_refused(self, train: float, validation: float) -> None:
        with pytest.raises(DishonestEvidenceError, match="never saw their targets"):
            check_honest(train, validation)

    def test_rates_are_rates(self) -> None:
        with pytest.raises(EvidenceError):
            check_honest(5.0, 6.0)

    def test_numbers_of_queries_allow_for_chance(self) -> None:
        check_honest(0.10, 0.05, n_train=100, n_validation=100)
        check_honest(0.02, 0.0, n_train=100, n_validation=100)
        check_honest(0.06, 0.05, n_train=10**6, n_validation=10**6)  # at the limit
        with pytest.raises(DishonestEvidenceError, match="beyond chance"):
            check_honest(0.10, 0.05, n_train=10_000, n_validation=10_000)
        with pytest.raises(DishonestEvidenceError):
            check_honest(1.0, 0.1, n_train=40, n_validation=40)
        check_honest(0.10, 0.05, 2.0, n_train=10_000, n_validation=10_000)

    @pytest.mark.parametrize("numbers", [{"n_train": 10}, {"n_validation": 10}, {"n_train": 0, "n_validation": 10}])
    def test_bad_numbers(self, numbers: dict[str, int]) -> None:
        with pytest.raises(EvidenceError):
            check_honest(0.1, 0.1, **numbers)

    def test_an_honest_tool_is_hardly_ever_refused(self) -> None:
        rng = np.random.default_rng(0)
        inside, new = rng.binomial(300, 0.1, 2000) / 300, rng.binomial(300, 0.1, 2000) / 300
        refused = {"plain": 0, "with numbers": 0}
        for one, two in zip(inside.tolist(), new.tolist(), strict=True):
            for name, numbers in (("plain", {}), ("with numbers", {"n_train": 300, "n_validation": 300})):
                try:
                    check_honest(one, two, **numbers)
                except DishonestEvidenceError:
                    refused[name] += 1
        assert refused["plain"] > 300  # chance alone
        assert refused["with numbers"] < 0.025 * 2000
