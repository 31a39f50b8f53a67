"""Learned fusion on made-up tools whose strengths are known."""

from __future__ import annotations

import numpy as np
import pytest

from rr_planner import CalibrationError, InvalidAnswerError, InvalidPolicyError, InvalidQueryError, QueryBatch, Ranking
from rr_planner.aggregation.learned_fusion import LearnedFusion
from rr_planner.calibration.boosting import Boosting
from rr_planner.calibration.fit_fusion import fit_fusion

pytest.importorskip("lightgbm")

N_ITEMS, QUICK = 60, Boosting(rounds=30, leaves=7, learning_rate=0.2, rows_per_leaf=20, patience=10)


def world(size: int, seed: int = 0):
    """Two honest tools that know different users, and one that always puts the target last."""
    generator = np.random.default_rng(seed)
    targets = generator.integers(N_ITEMS, size=size)
    group = generator.integers(2, size=size)
    noise = generator.normal(size=(3, size, N_ITEMS))
    each = np.arange(size)
    noise[0, each, targets] += np.where(group == 0, 2.2, 0.0)
    noise[1, each, targets] += np.where(group == 1, 2.2, 0.3)
    noise[2, each, targets] -= 9.0
    rankings = {name: Ranking.from_scores(noise[index], 20) for index, name in enumerate(("one", "two", "liar"))}
    queries = QueryBatch.of(
        users=np.arange(size),
        histories=[[]] * size,
        evidence_horizon=generator.random(size),
        features={"group": group},
    )
    return rankings, queries, targets


def hit_rate(ranking, targets) -> float:
    return float((ranking.items[:, :5] == targets[:, None]).any(1).mean())


@pytest.fixture(scope="module")
def fitted():
    rankings, queries, targets = world(1200)
    fit = fit_fusion(
        {name: rankings[name] for name in ("one", "two")},
        queries,
        targets,
        query_features=("group",),
        catalogue={"popularity": np.arange(N_ITEMS)},
        options=QUICK,
    )
    return fit, {name: rankings[name] for name in ("one", "two")}, queries, targets


def test_better_than_each_tool(fitted):
    fit, *_ = fitted
    rankings, queries, targets = world(600, seed=1)
    fused = fit.fusion.fuse({name: rankings[name] for name in ("one", "two")}, queries, 5)
    assert hit_rate(fused, targets) > 1.2 * max(hit_rate(rankings[name], targets) for name in ("one", "two"))
    assert abs(fit.hit_rate.value - hit_rate(fused, targets)) < 0.1
    assert fit.gain.low > 0


def test_confidence_is_calibrated(fitted):
    fit, *_ = fitted
    rankings, queries, targets = world(2000, seed=2)
    fused = fit.fusion.fuse({name: rankings[name] for name in ("one", "two")}, queries, 5)
    hits = (fused.items == targets[:, None]).any(1)
    assert abs(fused.confidence.mean() - hits.mean()) < 0.05
    assert hits[fused.confidence > np.median(fused.confidence)].mean() > hits.mean()


def test_an_adversary_costs_nothing():
    rankings, queries, targets = world(1200)
    fit = fit_fusion(rankings, queries, targets, options=QUICK)
    fresh, queries, targets = world(600, seed=1)
    best = max(hit_rate(fresh[name], targets) for name in ("one", "two"))
    assert hit_rate(fit.fusion.fuse(fresh, queries, 5), targets) > 0.98 * best


def test_a_copy_gains_no_weight(fitted):
    _, rankings, queries, targets = fitted
    twice = {**rankings, "two again": rankings["two"]}
    without = fit_fusion(rankings, queries, targets, options=QUICK).fusion.fuse(rankings, queries, 10)
    fused = fit_fusion(twice, queries, targets, options=QUICK).fusion.fuse(twice, queries, 10)
    agree = (without.items[:, 0] == fused.items[:, 0]).mean()
    assert agree > 0.85  # the boosting draws among other columns, nothing else
    only = {"one": rankings["one"], "two again": rankings["two"]}
    assert not np.isnan(fit_fusion(only, queries, targets, options=QUICK).fusion.fuse(only, queries, 1).scores).any()


def test_a_copy_changes_no_candidate_of_a_fitted_fusion(fitted):
    _, rankings, queries, targets = fitted
    twice = {**rankings, "two again": rankings["two"]}
    fusion = fit_fusion(twice, queries, targets, options=QUICK).fusion
    assert fusion.fuse(twice, queries, 10).items.tolist() == fusion.fuse(rankings, queries, 10).items.tolist()


def test_batch_like_one_by_one_and_permuted(fitted):
    fit, rankings, queries, _ = fitted
    rows = np.random.default_rng(0).permutation(len(queries))[:80]
    whole = fit.fusion.fuse(rankings, queries, 7)
    some = fit.fusion.fuse({name: one.take(rows) for name, one in rankings.items()}, queries.take(rows), 7)
    for name in ("items", "scores", "confidence"):
        assert getattr(whole, name)[rows].tolist() == getattr(some, name).tolist()
    for row in rows[:10]:
        alone = fit.fusion.fuse({name: one.take([row]) for name, one in rankings.items()}, queries.take([row]), 7)
        assert alone.scores[0].tolist() == whole.scores[row].tolist()
        assert alone.confidence[0] == whole.confidence[row]
    backwards = dict(reversed(rankings.items()))
    assert fit.fusion.fuse(backwards, queries, 7).items.tolist() == whole.items.tolist()


def test_missing_tools_empty_lists_and_empty_batches(fitted):
    fit, rankings, queries, _ = fitted
    assert fit.fusion.fuse({"one": rankings["one"]}, queries, 5).items.shape == (len(queries), 5)
    nothing = queries.take([])
    assert fit.fusion.fuse({"one": rankings["one"].take([])}, nothing, 5).items.shape == (0, 5)
    padding = Ranking(np.zeros((2, 3), dtype=np.int64), np.full((2, 3), -np.inf))
    silent = fit.fusion.fuse({"one": padding}, queries.take([0, 1]), 5)
    assert np.isneginf(silent.scores).all()
    strange = Ranking(np.array([[10**15, -4]]), np.array([[2.0, 1.0]], dtype=np.float16))
    assert sorted(fit.fusion.fuse({"two": strange}, queries.take([0]), 2).items[0].tolist()) == [-4, 10**15]


def test_what_does_not_fit(fitted):
    fit, rankings, queries, targets = fitted
    with pytest.raises(InvalidAnswerError, match="'three'"):
        fit.fusion.fuse({"three": rankings["one"]}, queries, 5)
    with pytest.raises(InvalidAnswerError, match="rankings"):
        fit.fusion.fuse({"one": rankings["one"]}, queries.take([0]), 5)
    plain = QueryBatch.of(users=[1], histories=[[]], evidence_horizon=[1.0])
    with pytest.raises(InvalidQueryError, match=r"features\.group"):
        fit.fusion.fuse({"one": rankings["one"].take([0])}, plain, 5)
    with pytest.raises(CalibrationError, match="targets"):
        fit_fusion(rankings, queries, targets[:-1])
    with pytest.raises(CalibrationError, match="whose target some tool names"):
        fit_fusion(rankings, queries, np.full(len(targets), 10**6))
    with pytest.raises(InvalidPolicyError, match=r"catalogue\.age"):
        fit_fusion(rankings, queries, targets, catalogue={"age": ["x"] * N_ITEMS})


def test_beyond_its_depth_a_list_is_read_for_the_candidates_of_others():
    rankings, queries, targets = world(1200)
    two = {name: rankings[name] for name in ("one", "two")}
    options = {"depth": 3, "options": QUICK}
    short, long = (fit_fusion(two, queries, targets, reach=reach, **options).fusion for reach in (3, 20))
    fresh, queries, targets = world(2000, seed=1)
    fresh = {name: fresh[name] for name in ("one", "two")}
    read, deeper = short.fuse(fresh, queries, 6), long.fuse(fresh, queries, 6)
    named = [np.sort(np.where(np.isneginf(one.scores), -1, one.items), axis=1).tolist() for one in (read, deeper)]
    assert named[0] == named[1]  # the candidates are the same, and what is known of them is not
    assert hit_rate(deeper, targets) >= hit_rate(read, targets)
    assert read.items.tolist() != deeper.items.tolist()
    cut = {name: Ranking(one.items[:, :3], one.scores[:, :3]) for name, one in fresh.items()}
    assert short.fuse(cut, queries, 6).scores.tolist() == read.scores.tolist()


def test_file(fitted, tmp_path):
    fit, rankings, queries, _ = fitted
    path, catalogue = tmp_path / "fusion.json", {"popularity": np.arange(N_ITEMS)}
    fit.fusion.save(path, calibration=fit.to_dict())
    again = LearnedFusion.load(path, catalogue=catalogue)
    assert again.hash == fit.fusion.hash
    assert again.fuse(rankings, queries, 5).scores.tolist() == fit.fusion.fuse(rankings, queries, 5).scores.tolist()
    with pytest.raises(InvalidPolicyError, match=r"catalogue\.popularity: received nothing"):
        LearnedFusion.load(path)
    path.write_text(path.read_text().replace('"depth": 60', '"depth": 59'))
    with pytest.raises(InvalidPolicyError, match=r"fusion\.json: hash"):
        LearnedFusion.load(path, catalogue=catalogue)


def test_few_queries_have_small_trees():
    rankings, queries, targets = world(600)
    trees = fit_fusion(rankings, queries, targets).fusion.trees
    assert len(trees.feature) <= 7 * len(trees.root)  # a tree of four leaves has seven nodes
