import json
import multiprocessing

import numpy as np
import pytest

from rr_planner import AlwaysBoth, Bands, Ledger, LedgerError, Planner, Signals, decide
from rr_planner.policies.policy import ROUTE_OF_CODE
from rr_planner.records import answer_to_record


@pytest.fixture
def answers(toy_tool, toy_reasoner, make_queries):
    def make(policy=None, count=20):
        tools = [toy_tool("a", 1), toy_tool("b", 2, broken_users=frozenset({3}))]
        run = Planner(tools=tools, reasoner=toy_reasoner(), policy=policy or Bands(reasoner_confidence=0.5))
        return run.answer(make_queries(np.linspace(0, 1, count).tolist()), 3)

    return make


def test_round_trip_is_exact(answers, tmp_path):
    ledger = Ledger(tmp_path / "ledger.jsonl")
    first, second = answers(), answers(AlwaysBoth())
    ledger.append(first)
    ledger.append(second)
    back = [answer_to_record(answer) for answer in Ledger.read(ledger.path)]
    assert back == [answer_to_record(answer) for answer in [*first, *second]]
    assert len(ledger) == 40
    assert [answer.query_id for answer in ledger][:2] == ["q0", "q1"]


def test_a_recorded_decision_can_be_replayed(answers, tmp_path):
    ledger = Ledger(tmp_path / "ledger.jsonl")
    policy = Bands(reasoner_confidence=0.5)
    ledger.append(answers(policy))
    for answer in Ledger.read(ledger.path):
        decision = answer.decision
        assert decision.policy_hash == policy.hash
        names = tuple(decision.tool_confidence)
        confidence = np.array([[decision.tool_confidence[name]] for name in names])
        delegate = -1 if np.isnan(confidence).all() else int(np.nanargmax(confidence[:, 0]))
        signals = Signals(
            np.array([decision.query_id]),
            np.array([decision.evidence_horizon]),
            names,
            confidence,
            np.array([delegate]),
            np.array([decision.agreement]),
            np.array([decision.reasoner_confidence]),
        )
        code = int(decide(policy, signals)[0])
        assert ROUTE_OF_CODE[code] is decision.route
        assert policy.reason(signals, 0, code) == decision.reason


def test_memory_is_bounded_on_demand(answers):
    ledger = Ledger(keep=5)
    ledger.append(answers())
    assert [answer.query_id for answer in ledger] == ["q15", "q16", "q17", "q18", "q19"]
    silent = Ledger(keep=0)
    silent.append(answers())
    assert len(silent) == 0


def test_every_line_is_one_json_object_without_nan(answers, tmp_path):
    ledger = Ledger(tmp_path / "ledger.jsonl")
    ledger.append(answers())
    for line in ledger.path.read_text().splitlines():
        json.loads(line, parse_constant=lambda name: pytest.fail(name))


def _write(path, answer, times):
    for _ in range(times):
        Ledger(path).append([answer])


def test_processes_share_a_file(answers, tmp_path):
    path = tmp_path / "ledger.jsonl"
    workers = [multiprocessing.Process(target=_write, args=(path, answer, 50)) for answer in answers().take([0, 19])]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert len(list(Ledger.read(path))) == 100


@pytest.mark.parametrize("line", ["{", "[]", "{}", '{"record_version": 9}', "null"])
def test_a_broken_line_is_named(answers, tmp_path, line):
    path = tmp_path / "ledger.jsonl"
    Ledger(path).append(answers())
    with path.open("a") as file:
        file.write(line + "\n")
    with pytest.raises(LedgerError, match=r"ledger\.jsonl, line 21"):
        list(Ledger.read(path))


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(LedgerError, match=r"no\.jsonl"):
        list(Ledger.read(tmp_path / "no.jsonl"))
