import logging
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rr_planner import (
    AlwaysBoth,
    AlwaysReasoner,
    AlwaysTools,
    Bands,
    BestOverall,
    Deliberation,
    FunctionReasoner,
    FunctionTool,
    InvalidPolicyError,
    InvalidQueryError,
    Ledger,
    NoAnswerError,
    Planner,
    Policy,
    QueryBatch,
    Random,
    Ranking,
    reciprocal_rank_fusion,
)

K = 4
# With these any horizon below 0.5 is low, and the toys' confidences, spread over [0, 1], decide the rest.
BANDS = Bands(low_horizon=0.5, high_horizon=0.7, tool_confidence=0.6, reasoner_confidence=(0.2, 0.4, 0.6))


@pytest.fixture(autouse=True)
def _quiet(caplog):
    caplog.set_level(logging.CRITICAL)


@pytest.fixture
def models(toy_tool, toy_reasoner):
    def make(**faults):
        tools = [
            toy_tool("a", 1, flops_per_query=10.0, **faults.get("a", {})),
            toy_tool("b", 2, flops_per_query=20.0, **faults.get("b", {})),
        ]
        return tools, toy_reasoner(**faults.get("vlm", {}))

    return make


def planner(made, policy=BANDS, **options):
    return Planner(tools=made[0], reasoner=made[1], policy=policy, **options)


def test_each_step_runs_only_where_it_is_needed(models, make_queries):
    tools, reasoner = made = models()
    users = list(range(40))
    queries = make_queries([0.0 if user % 2 else 1.0 for user in users], users)
    answers = planner(made).answer(queries, K)
    low = [user for user in users if user % 2]
    tool_sure = np.stack([tool.rank(queries, K).confidence for tool in tools]).max(0)
    own_sure = reasoner.rank(queries, K).confidence
    delegated = [user for user in low if tool_sure[user] >= 0.6]
    rest = [user for user in users if user not in delegated]
    unsure = [user for user in rest if own_sure[user] < (0.2 if user % 2 else 0.6)]
    assert delegated
    assert unsure
    assert answers.routes.tolist() == [
        "tools" if user in delegated else "both" if user in unsure else "reasoner" for user in users
    ]
    for tool in tools:
        # Stage 1 asks about low horizons, consultation about what was not asked before: nobody twice.
        assert tool.seen[0] == low
        assert tool.seen[1] == [user for user in unsure if user not in low]
    assert reasoner.evidence_seen == [None, ("a", "b")]
    assert reasoner.seen[0] == rest
    assert reasoner.seen[1] == unsure
    # 10 and 20 for the tools, 100 alone, 200 with evidence.
    for user in users:
        expected = 30 * (user in low or user in unsure) + 100 * (user in rest) + 200 * (user in unsure)
        assert answers.flops[user] == expected


def test_served_answers_are_the_models_own(models, make_queries):
    tools, reasoner = made = models()
    users = list(range(30))
    queries = make_queries([0.1, 0.9, 0.6] * 10, users)
    answers = planner(made).answer(queries, K)
    rankings = {tool.name: tool.rank(queries, K) for tool in tools}
    own = reasoner.rank(queries, K)
    assert {"a", "b", "vlm"} == set(answers.served_by)
    for row, answer in enumerate(answers):
        if answer.served_by in rankings:
            source = rankings[answer.served_by]
            assert answer.decision.tools == answer.tools_used == (answer.served_by,)
            assert answer.confidence == source.confidence[row] == max(r.confidence[row] for r in rankings.values())
        elif answer.route == "both":
            source = rankings["a"]  # the toy reasoner follows the first tool
            assert answer.tools_used == answer.decision.tools == ("a", "b")
            assert answer.thought == f"user {row} with a, b"
        else:
            source = own
            assert answer.tools_used == ()
            assert answer.thought == f"user {row}"
            assert answer.decision.confidence == own.confidence[row]
        assert answer.items.tolist() == source.items[row].tolist()
        assert answer.query_id == f"q{row}"
        assert answer.degraded == ""


POLICIES = [BANDS, Bands(tool_agreement=0.3, low_horizon=0.9, high_horizon=0.9), AlwaysBoth(), AlwaysTools(), Random()]


@pytest.mark.parametrize("policy", POLICIES, ids=lambda policy: policy.name)
@pytest.mark.parametrize("options", [{}, {"consult": ["b"]}, {"selection": BestOverall("b")}])
@settings(max_examples=25)
@given(
    users=st.lists(st.integers(0, 20), max_size=10, unique=True),
    broken=st.tuples(*[st.frozensets(st.integers(0, 20), max_size=12)] * 3),
    seed=st.integers(0, 99),
)
def test_batch_is_one_by_one_bit_for_bit(policy, options, users, broken, seed):
    made = _make_models(broken)
    horizon = np.random.default_rng(seed).random(21).round(1)
    run = planner(made, policy, **options)

    def ask(chosen):
        try:
            answers = run.answer(_make_batch([horizon[user] for user in chosen], chosen), K)
            return {answer.query_id: _comparable(answer) for answer in answers}
        except NoAnswerError as error:
            found = {answer.query_id: _comparable(answer) for answer in error.answers}
            return found | {query_id: tuple(causes) for query_id, causes in error.causes.items()}

    together = ask(users)
    alone = {query_id: result for user in users for query_id, result in ask([user]).items()}
    assert together == alone
    assert ask(users[::-1]) == together


def _comparable(answer):
    steps = [(attempt.model, attempt.step, attempt.error) for attempt in answer.attempts]
    decision = answer.decision
    told = (decision.route, decision.reason, decision.tools, repr(decision.confidence), repr(decision.tool_confidence))
    served = (answer.served_by, answer.tools_used, answer.thought, answer.degraded, answer.flops)
    return (answer.items.tolist(), answer.scores.tolist(), repr(answer.confidence), served, steps, told)


def _make_batch(horizon, users):
    return QueryBatch.of(
        users=np.array(users, dtype=np.int64),
        ids=np.array([f"q{user}" for user in users], dtype=str),
        histories=[[1]] * len(users),
        evidence_horizon=np.array(horizon, dtype=np.float64),
    )


def test_empty_batch(models, make_queries):
    tools, reasoner = made = models()
    answers = planner(made).answer(make_queries([]), K)
    assert len(answers) == 0
    assert list(answers) == []
    assert answers.to_columns()["items"] == []
    assert tools[0].seen == reasoner.seen == []


def test_one_tool_down_is_left_out_and_recorded(models, make_queries):
    made = models(a={"raises": OSError("gone")})
    answers = planner(made, AlwaysBoth()).answer(make_queries([0.1, 0.9]), K)
    assert made[1].evidence_seen == [("b",)]
    assert set(answers.served_by) == {"vlm"}
    assert answers[0].tools_used == ("b",)
    assert answers[0].degraded == "a failed to answer: OSError: gone"
    assert [attempt.error for attempt in answers[0].attempts] == ["OSError: gone", "", ""]


def test_a_tool_that_fails_for_some_is_evidence_for_the_others(models, make_queries):
    made = models(a={"broken_users": frozenset({1})})
    answers = planner(made, AlwaysBoth()).answer(make_queries([0.5] * 3), K)
    assert sorted(made[1].evidence_seen) == [("a", "b"), ("b",)]
    assert [used == ("a", "b") for used in answers.tools_used] == [True, False, True]
    assert [bool(why) for why in answers.degraded] == [False, True, False]


def test_reasoner_down_serves_the_tools_fused(models, make_queries):
    tools, _ = made = models(vlm={"raises": TimeoutError("late")})
    queries = make_queries([0.9, 0.6])
    for policy in (BANDS, AlwaysReasoner(), AlwaysBoth()):
        answers = planner(made, policy).answer(queries, K)
        fused = reciprocal_rank_fusion([tool.rank(queries, K) for tool in tools], K)
        assert answers.ranking.items.tolist() == fused.items.tolist()
        assert set(answers.served_by) == {"fusion"}
        assert answers.tools_used == (("a", "b"),) * 2
        assert "vlm failed to deliberate" in answers[0].degraded
        assert math.isnan(answers[0].confidence)
        # Not tried a second time.
        assert sum(attempt.model == "vlm" for attempt in answers[0].attempts) == 1


def test_reasoner_failing_with_evidence_keeps_its_own_answer(models, make_queries):
    made = models(vlm={"raises_with_evidence": ValueError("too long")})
    policy = Bands(reasoner_confidence=1.0)
    answers = planner(made, policy).answer(make_queries([0.9]), K)
    assert answers[0].route == "both"
    assert answers[0].thought == "user 0"
    assert answers[0].tools_used == ()
    assert "vlm failed to deliberate with evidence: ValueError: too long" in answers[0].degraded


def test_no_delegate_falls_back_to_others_and_then_to_the_reasoner(models, make_queries):
    down = {"raises": OSError("gone")}
    answers = planner(models(b=down), AlwaysTools(), selection=BestOverall("b")).answer(make_queries([0.1]), K)
    assert answers.served_by == ("fusion",)
    assert answers.tools_used == (("a",),)
    answers = planner(models(a=down, b=down), AlwaysTools()).answer(make_queries([0.1]), K)
    assert answers.served_by == ("vlm",)
    assert "a failed to answer" in answers[0].degraded
    assert "b failed to answer" in answers[0].degraded


def test_high_risk_without_any_tool_is_the_reasoners(models, make_queries):
    down = {"raises": OSError("gone")}
    made = models(a=down, b=down)
    answers = planner(made, AlwaysBoth()).answer(make_queries([0.1]), K)
    assert answers.served_by == ("vlm",)
    assert made[1].evidence_seen == [None]


def test_all_down_names_every_cause_and_keeps_the_others(models, make_queries):
    broken = {"broken_users": frozenset({1})}
    run = planner(models(a=broken, b=broken, vlm=broken), AlwaysBoth())
    with pytest.raises(NoAnswerError, match=r"q1: a failed .* b failed .* vlm failed to deliberate: .*NaN") as caught:
        run.answer(make_queries([0.5] * 3), K)
    assert [answer.query_id for answer in caught.value.answers] == ["q0", "q2"]
    assert list(caught.value.causes) == ["q1"]
    assert len(caught.value.causes["q1"]) == 3


def test_always_both_runs_the_reasoner_once(models, make_queries):
    made = models()
    planner(made, AlwaysBoth()).answer(make_queries([0.1, 0.9]), K)
    assert made[1].evidence_seen == [("a", "b")]


def test_best_overall_asks_one_tool_unless_agreement_counts(models, make_queries):
    tools, _ = made = models()
    planner(made, AlwaysTools(), selection=BestOverall("b")).answer(make_queries([0.1]), K)
    assert [len(tool.seen) for tool in tools] == [0, 1]
    tools, _ = made = models()
    strict = Bands(tool_agreement=0.01, reasoner_confidence=0.0)
    planner(made, strict, selection=BestOverall("b")).answer(make_queries([0.1]), K)
    assert [len(tool.seen) for tool in tools] == [1, 1]


def test_consulted_tools_are_the_named_ones(models, make_queries):
    made = models()
    answers = planner(made, AlwaysBoth(), consult=["b"]).answer(make_queries([0.1]), K)
    assert made[1].evidence_seen == [("b",)]
    assert answers[0].decision.tools == ("b",)
    assert len(made[0][0].seen) == 0


def test_candidates_reach_everyone(models):
    queries = QueryBatch.of(
        users=[1, 2], histories=[[], []], evidence_horizon=[0.5, 0.5], candidates=[[3, 4, 5], [6, 7, 8]]
    )
    answers = planner(models(), AlwaysBoth()).answer(queries, K)
    assert sorted(answers[0].items.tolist()) == [3, 4, 5]  # padding is cut off
    assert answers.ranking.items.shape == (2, K)


def test_latencies_sum_to_the_time_of_the_call(models, make_queries):
    answers = planner(models()).answer(make_queries([0.1, 0.6, 0.9]), K)
    assert (answers.latency_ms > 0).all()
    for answer in answers:
        assert sum(attempt.latency_ms for attempt in answer.attempts) < answer.latency_ms


def test_a_tool_with_nothing_to_say_degrades_nothing(models, make_queries):
    tools, reasoner = models()
    silent = FunctionTool("a", lambda q, k: Ranking.from_scores(np.full((len(q), 5), -np.inf), k))
    answers = planner(([silent, tools[1]], reasoner), AlwaysBoth()).answer(make_queries([0.5]), K)
    assert answers[0].tools_used == ("b",)
    assert answers[0].degraded == ""
    assert answers[0].attempts[0].error == "items: an empty list"
    quiet = FunctionReasoner(
        "vlm", lambda q, k, e: Ranking.from_scores(np.full((len(q), 5), -np.inf), k, confidence=[1])
    )
    with pytest.raises(NoAnswerError, match="a failed to answer: items: an empty list; vlm"):
        planner(([silent], quiet), AlwaysBoth()).answer(make_queries([0.5]), K)


def test_unknown_flops_stay_unknown(models, make_queries):
    made = models(vlm={"flops_per_query": math.nan})
    answers = planner(made, AlwaysReasoner()).answer(make_queries([0.1]), K)
    assert math.isnan(answers[0].flops)
    assert answers.to_columns()["flops"] == [None]


@pytest.mark.parametrize("k", [0, -1, 2.5, "3", None])
def test_k(models, make_queries, k):
    with pytest.raises(InvalidQueryError, match="k: received"):
        planner(models()).answer(make_queries([0.1]), k)


def test_parts_that_do_not_fit(models, toy_tool):
    tools, reasoner = models()
    for wrong, field in [
        ({"tools": []}, "tools"),
        ({"tools": [object()]}, "tools: received a object"),
        ({"reasoner": tools[0]}, "reasoner: received a ToyTool"),
        ({"tools": [tools[0], tools[0]]}, "tools"),
        ({"tools": [toy_tool("vlm")]}, "tools"),
        ({"tools": [toy_tool("fusion")]}, "fusion"),
        ({"consult": ["z"]}, "consult"),
        ({"consult": []}, "consult"),
        ({"selection": BestOverall("z")}, "selection"),
    ]:
        with pytest.raises(InvalidPolicyError, match=field):
            Planner(**({"tools": tools, "reasoner": reasoner, "policy": BANDS} | wrong))


def test_a_policy_of_the_teams_own(models):
    """What the README promises: any class with the protocol's methods routes, by a feature column if it likes."""

    class VipsToTheReasoner:
        name, hash, uses_agreement = "vips", "0", False

        def may_delegate(self, signals):
            return ~signals.features["vip"]

        def triage(self, signals):
            return np.where(signals.features["vip"], 1, 0)

        def escalate(self, signals):
            return np.ones(len(signals), dtype=int)

        def reason(self, signals, row, code):
            return "a VIP" if code else "no VIP"

    queries = QueryBatch.of(
        users=[1, 2], histories=[[], []], evidence_horizon=[0.1, 0.1], features={"vip": [True, False]}
    )
    assert isinstance(VipsToTheReasoner(), Policy)
    answers = planner(models(), VipsToTheReasoner()).answer(queries, K)
    assert answers.routes.tolist() == ["reasoner", "tools"]
    assert answers.to_columns()["reason"] == ["a VIP", "no VIP"]


def test_ledger_holds_every_answer_and_never_fails_a_query(models, make_queries, tmp_path):
    ledger = Ledger(tmp_path / "no" / "ledger.jsonl")
    run = planner(models(), ledger=ledger)
    run.answer(make_queries([0.1, 0.9]), K)
    assert [answer.query_id for answer in Ledger.read(ledger.path)] == ["q0", "q1"]
    (tmp_path / "file").write_text("")
    run = planner(models(), ledger=Ledger(tmp_path / "file" / "ledger.jsonl"))
    assert len(run.answer(make_queries([0.1]), K)) == 1


def _make_models(broken):
    # The fixtures of conftest live for one test; hypothesis needs new models for each example.
    tools = [_Plain("a", 1, broken[0]), _Plain("b", 2, broken[1])]
    return tools, _Plain("vlm", 9, broken[2])


class _Plain:
    flops_per_query, flops_with_evidence = 10.0, 20.0

    def __init__(self, name, seed, broken):
        self.name, self.seed, self.broken = name, seed, broken

    def rank(self, queries, k):
        rows = [np.random.default_rng([self.seed, user]).random(8) for user in queries.users.tolist()]
        scores = np.array(rows).reshape(len(rows), 8)
        ranking = Ranking.from_scores(scores[:, :7].round(1), k, confidence=scores[:, 7])
        ranking.scores[np.isin(queries.users, list(self.broken))] = np.nan
        return ranking

    def deliberate(self, queries, k, evidence=None):
        own = self.rank(queries, k)
        thoughts = [f"{user}" for user in queries.users.tolist()]
        if evidence:
            own = Ranking(next(iter(evidence.values())).items, own.scores, own.confidence)
            thoughts = [thought + "".join(evidence) for thought in thoughts]
        return Deliberation(own.items, own.scores, own.confidence, thoughts)
