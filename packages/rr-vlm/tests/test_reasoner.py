import json
from types import SimpleNamespace

import numpy as np
import pytest

from rr_vlm import ArtifactError, VlmReasoner


def take(queries, rows):
    return SimpleNamespace(
        users=queries.users[rows],
        histories=[queries.histories[row] for row in rows],
        evidence_horizon=queries.evidence_horizon[rows],
        candidates=None if queries.candidates is None else queries.candidates[rows],
    )


def test_it_learns_alone_and_with_evidence(reasoner, queries, evidence, world):
    alone = reasoner.deliberate(queries, 5)
    both = reasoner.deliberate(queries, 5, evidence)
    assert (alone.items[:, 0] == world.targets).mean() > 0.8
    assert (both.items[:, 0] == world.targets).mean() > 0.8


def test_evidence_changes_the_answer_where_the_history_says_nothing(reasoner, evidence, world):
    blank = SimpleNamespace(
        users=np.arange(40), histories=[np.empty(0, np.int64)] * 40, evidence_horizon=world.horizon, candidates=None
    )
    right = reasoner.scores(blank, evidence)[np.arange(40), world.targets]
    without = reasoner.scores(blank)[np.arange(40), world.targets]
    assert right.mean() > without.mean() + 0.5


def test_the_thought_names_the_useful_tool(reasoner, queries, evidence):
    traces = reasoner.deliberate(queries, 1, evidence).traces
    assert np.mean([dict(trace.tools)["next-item"] for trace in traces]) > 0.9
    assert np.mean([dict(trace.tools)["noise"] for trace in traces]) < 0.5
    assert all(len(trace.evidence) == 1 for trace in traces)
    assert all(trace.evidence == () for trace in reasoner.deliberate(queries, 1).traces)


def test_lists_leave_out_known_items_and_scores_do_not_increase(reasoner, queries):
    answer = reasoner.deliberate(queries, 40)
    for items, scores, history in zip(answer.items, answer.scores, queries.histories, strict=True):
        listed = items[~np.isneginf(scores)]
        assert not set(listed) & set(history)
        assert len(set(listed)) == len(listed) == 30 - len(set(history))
        assert (items[len(listed) :] == -1).all()
    finite = np.where(np.isneginf(answer.scores), -1e9, answer.scores)
    assert (np.diff(finite) <= 0).all()
    assert np.allclose(np.exp(reasoner.scores(queries)).sum(axis=1), 1, atol=1e-4)


def test_candidates_alone_are_ranked(reasoner, queries):
    queries.candidates = np.tile([3, 3, 17, -1, 99], (40, 1))
    answer = reasoner.deliberate(queries, 4)
    assert all(set(items[:2]) == {3, 17} for items in answer.items)
    assert np.isneginf(answer.scores[:, 2:]).all()


@pytest.mark.parametrize("with_evidence", [False, True])
def test_a_query_does_not_depend_on_its_batch(reasoner, queries, evidence, with_evidence):
    shown = evidence if with_evidence else None
    together = reasoner.scores(queries, shown)
    row = np.array([7])
    own = {n: SimpleNamespace(items=a.items[row], scores=a.scores[row]) for n, a in evidence.items()}
    single = reasoner.scores(take(queries, row), own if with_evidence else None)
    finite = np.isfinite(single[0])
    assert np.allclose(together[7][finite], single[0][finite], atol=1e-4)


def test_without_and_with_evidence_share_their_beginning(reasoner, queries, evidence):
    some = {name: SimpleNamespace(items=answer.items.copy(), scores=answer.scores) for name, answer in evidence.items()}
    some["noise"].items[::3] = -1
    for shown in (some, {name: SimpleNamespace(items=a.items - 99, scores=a.scores) for name, a in evidence.items()}):
        alone, both = reasoner.deliberate_both(queries, 5, shown)
        for made, apart in ((alone, reasoner.deliberate(queries, 5)), (both, reasoner.deliberate(queries, 5, shown))):
            finite = np.isfinite(apart.scores)
            assert np.allclose(made.scores[finite], apart.scores[finite], atol=1e-4)
            assert (made.items == apart.items).mean() > 0.99
            assert np.allclose(made.confidence, apart.confidence, atol=1e-4)


def test_odd_queries_are_answered(reasoner):
    odd = SimpleNamespace(
        users=np.array(["ann", "bob", "cid"]),
        histories=[np.empty(0, np.int64), np.array([-5, 999]), np.arange(30).repeat(9)],
        evidence_horizon=np.array([1.0, 0.5, 0.0]),
        candidates=None,
    )
    strange = {"never-seen": SimpleNamespace(items=np.array([[1], [-1], [999]]), scores=np.zeros((3, 1)))}
    for evidence in (None, {}, strange):
        answer = reasoner.deliberate(odd, 5, evidence)
        assert (answer.items[0] >= 0).all()
        assert np.isneginf(answer.scores[2]).all()
        assert "Nothing to recommend" in answer.thoughts[2]
    empty = reasoner.deliberate(take(odd, np.array([], dtype=int)), 5, {})
    assert empty.items.shape == (0, 5)
    assert empty.confidence.shape == (0,)


def test_saved_and_loaded_it_answers_the_same(reasoner, queries, evidence, world, tmp_path):
    rated = reasoner.calibrated(queries, world.targets).calibrated(queries, world.targets, evidence)
    rated.save(tmp_path / "copy")
    copy = VlmReasoner.load(tmp_path / "copy")
    before, after = rated.deliberate(queries, 5, evidence), copy.deliberate(queries, 5, evidence)
    assert np.array_equal(before.items, after.items)
    assert np.allclose(before.scores, after.scores)
    assert np.allclose(before.confidence, after.confidence)
    assert before.thoughts == after.thoughts
    assert copy.flops_with_evidence > copy.flops_per_query > 0


def test_calibrated_it_trusts_the_tool_that_is_right(reasoner, queries, evidence, world):
    rows = np.arange(len(world.targets))
    rated = reasoner.calibrated(queries, world.targets, evidence)
    before, after = (one.scores(queries, evidence)[rows, world.targets] for one in (reasoner, rated))
    assert after.mean() > before.mean()
    trust = rated.parts.card.trust
    assert trust.queries == len(rows)
    assert trust.listed["next-item"] + trust.height["next-item"] > trust.listed["noise"] + trust.height["noise"]
    assert np.array_equal(rated.scores(queries), reasoner.scores(queries))  # alone nothing changes


def test_where_a_tool_is_silent_another_trust_holds(reasoner, queries, evidence, world, tmp_path):
    some = {"next-item": evidence["next-item"]}
    once = reasoner.calibrated(queries, world.targets, evidence)
    assert once.parts.card.trust_incomplete == once.parts.card.trust
    twice = reasoner.calibrated(queries, world.targets, evidence, disturbed=[some])
    complete, incomplete = twice.parts.card.trust, twice.parts.card.trust_incomplete
    assert complete == once.parts.card.trust
    assert incomplete.listed["noise"] == 0.0
    assert np.array_equal(twice.scores(queries, evidence), once.scores(queries, evidence))
    assert not np.array_equal(twice.scores(queries, some), once.scores(queries, some))
    twice.save(tmp_path / "twice")
    assert VlmReasoner.load(tmp_path / "twice").parts.card.trust_incomplete == incomplete
    card = json.loads((tmp_path / "twice" / "reasoner.json").read_text())
    del card["trust_incomplete"]  # a reasoner from before there was one
    (tmp_path / "twice" / "reasoner.json").write_text(json.dumps(card))
    assert VlmReasoner.load(tmp_path / "twice").parts.card.trust_incomplete == complete


def test_a_changed_file_is_noticed(tuned, tmp_path):
    reasoner = VlmReasoner.load(tuned)
    reasoner.save(tmp_path / "copy")
    (tmp_path / "copy" / "config.json").write_text("{}")
    with pytest.raises(ArtifactError, match=r"config\.json"):
        VlmReasoner.load(tmp_path / "copy")
    with pytest.raises(ArtifactError, match="rr-vlm train"):
        VlmReasoner.load(tmp_path)
    with pytest.raises(ArtifactError, match="not a reasoner"):
        reasoner.save(tmp_path)


def test_calibration_brings_confidence_to_the_hit_rate(reasoner, queries, world):
    targets = np.where(np.arange(40) < 20, world.targets, (world.targets + 11) % 30)
    rated = reasoner.calibrated(queries, targets)
    hits = (rated.deliberate(queries, 5).items == targets[:, None]).any(axis=1)
    assert abs(rated.deliberate(queries, 5).confidence.mean() - hits.mean()) < 0.05
