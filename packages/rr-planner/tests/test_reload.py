import logging

import pytest

from rr_planner import Bands, InvalidPolicyError, Planner, save_policy
from rr_planner.reload import PolicyFile


@pytest.fixture
def planner(toy_tool, toy_reasoner):
    return Planner(tools=[toy_tool()], reasoner=toy_reasoner(), policy=Bands())


def replace(path, text):
    draft = path.with_suffix(".new")
    draft.write_text(text)
    draft.replace(path)


def test_a_new_file_is_a_new_policy_and_a_broken_one_changes_nothing(planner, tmp_path, caplog, make_queries):
    caplog.set_level(logging.CRITICAL)
    path = tmp_path / "policy.json"
    save_policy(Bands(low_horizon=0.1), path)
    file = PolicyFile(path, planner)
    assert planner.policy == Bands(low_horizon=0.1)
    assert not file.poll()
    save_policy(Bands(low_horizon=0.2), path)
    assert file.poll()
    assert planner.policy == Bands(low_horizon=0.2)
    for broken in ("{", "[]", '{"kind": "rr-planner-policy"}', ""):
        replace(path, broken)
        assert not file.poll()
        assert str(path) in file.error
        assert planner.policy == Bands(low_horizon=0.2)
        assert len(planner.answer(make_queries([0.1]), 3)) == 1
    path.unlink()
    assert not file.poll()
    assert planner.policy == Bands(low_horizon=0.2)
    save_policy(Bands(low_horizon=0.3), path)
    assert file.poll()
    assert (planner.policy, file.error) == (Bands(low_horizon=0.3), "")


def test_a_request_keeps_the_policy_it_began_with(planner, toy_tool, make_queries):
    rank = planner._lanes["toy"].call

    def swap(ask, deadline):
        planner.policy = Bands(low_horizon=0.0)
        return rank(ask, deadline)

    planner._lanes["toy"].call = swap
    answers = planner.answer(make_queries([0.1]), 3)
    assert answers[0].decision.policy_hash == Bands().hash
    assert planner.policy.hash != Bands().hash


def test_the_first_file_must_be_right(planner, tmp_path):
    with pytest.raises(InvalidPolicyError, match="cannot be read"):
        PolicyFile(tmp_path / "none.json", planner)
