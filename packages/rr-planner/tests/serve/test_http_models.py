import asyncio
import json

import numpy as np
import pytest

pytest.importorskip("httpx", reason="needs the extra serve")

import httpx

from rr_planner import AlwaysBoth, AlwaysTools, Deadline, InvalidAnswerError, Planner, QueryBatch, Ranking, Resilience
from rr_planner.resilience.faults import fault_of
from rr_planner.serve.chat_reasoner import ChatReasoner
from rr_planner.serve.http_models import HttpReasoner, HttpTool
from rr_planner.testing import check_reasoner, check_tool
from rr_planner.wire import queries_from_json, ranking_from_json, ranking_to_json


def service(toy):
    """Return a transport behind which `toy` answers."""

    def answer(request):
        asked = json.loads(request.content)
        queries = queries_from_json(asked["queries"])
        if hasattr(toy, "deliberate"):
            evidence = {name: ranking_from_json(one) for name, one in asked.get("evidence", {}).items()}
            return httpx.Response(200, json=ranking_to_json(toy.deliberate(queries, asked["k"], evidence)))
        return httpx.Response(200, json=ranking_to_json(toy.rank(queries, asked["k"])))

    return httpx.MockTransport(answer)


class Steady:
    """Ranks by the sum of two ids, whoever asks."""

    def rank(self, queries, k):
        scores = np.tile(np.linspace(1, 0, 30), (len(queries), 1))
        if queries.candidates is not None:
            scores = np.take_along_axis(scores, queries.candidates, axis=1)
        return Ranking.from_scores(scores, k, candidates=queries.candidates, confidence=np.full(len(queries), 0.5))


def test_models_behind_http_keep_the_contract():
    check_tool(HttpTool("far", "http://x/rank", transport=service(Steady())), n_items=30)

    class Thinking(Steady):
        def deliberate(self, queries, k, evidence):
            return self.rank(queries, k)

    check_reasoner(HttpReasoner("far", "http://x/think", transport=service(Thinking())), n_items=30)


def test_waiting_and_awaiting_are_the_same(toy_tool, toy_reasoner, make_queries):
    tool = HttpTool("toy", "http://x", transport=service(toy_tool()))
    reasoner = HttpReasoner("vlm", "http://x", transport=service(toy_reasoner()))
    planner = Planner(tools=[tool], reasoner=reasoner, policy=AlwaysBoth(), resilience=Resilience(deadline_s=30.0))
    queries = make_queries([0.1, 0.9])
    one, two = planner.answer(queries, 4), asyncio.run(planner.aanswer(queries, 4))
    assert one.ranking.items.tolist() == two.ranking.items.tolist()
    assert one.thoughts == two.thoughts == ("user 0 with toy", "user 1 with toy")
    assert one.degraded == ("", "")


@pytest.mark.parametrize(
    ("response", "retryable"),
    [
        (httpx.Response(401), False),
        (httpx.Response(429, headers={"retry-after": "7"}), True),
        (httpx.Response(503), True),
    ],
)
def test_a_status_says_whether_to_try_again(response, retryable, make_queries):
    tool = HttpTool("far", "http://x", transport=httpx.MockTransport(lambda _: response))
    with pytest.raises(httpx.HTTPStatusError) as caught:
        tool.rank(make_queries([0.1]), 3)
    fault = fault_of(caught.value)
    assert (fault.retryable, fault.retry_after_s) == (retryable, 7.0 if response.status_code == 429 else 0.0)


def test_no_json_is_no_answer(make_queries):
    tool = HttpTool("far", "http://x", transport=httpx.MockTransport(lambda _: httpx.Response(200, text="<html>")))
    with pytest.raises(InvalidAnswerError, match="no JSON"):
        tool.rank(make_queries([0.1]), 3)


def test_the_deadline_is_the_timeout(make_queries):
    seen = []

    def answer(request):
        seen.append(request.extensions["timeout"]["read"])
        return httpx.Response(500)

    tool = HttpTool("far", "http://x", timeout_s=9.0, transport=httpx.MockTransport(answer))
    for deadline in (None, Deadline.after(60.0), Deadline.after(0.5)):
        with pytest.raises(httpx.HTTPStatusError):
            tool.rank(make_queries([0.1]), 3, deadline=deadline)
    assert seen[:2] == [9.0, 9.0]
    assert 0 < seen[2] <= 0.5


def chat(reply, seen=None):
    def answer(request):
        if seen is not None:
            seen.append(json.loads(request.content))
        return httpx.Response(200, json={"choices": [{"message": {"content": reply}}]})

    return httpx.MockTransport(answer)


@pytest.mark.parametrize("awaited", [False, True])
def test_a_chat_model_ranks(awaited):
    seen = []
    said = json.dumps({"thought": "films", "items": [2, 2, 99, 1], "confidence": 0.7})
    model = ChatReasoner("llm", "http://x/v1/", "some", titles=["A", "B", "C"], transport=chat(f"Well. {said}", seen))
    queries = QueryBatch.of(users=[1, 2], histories=[[0], []], evidence_horizon=[0.5, 1.0])
    evidence = {"als": Ranking.from_scores([[0.1, 0.2, 0.3]] * 2, 3)}
    waiting = model.deliberate if not awaited else lambda *asked: asyncio.run(model.adeliberate(*asked))
    answer = waiting(queries, 3, evidence)
    assert answer.items.tolist() == [[2, 1, 0]] * 2
    assert np.isneginf(answer.scores).tolist() == [[False, False, True]] * 2
    assert answer.confidence.tolist() == [0.7, 0.7]
    assert answer.thoughts == ["films", "films"]
    prompts = sorted(one["messages"][1]["content"] for one in seen)
    assert "oldest first: 0 (A)." in prompts[0]
    assert "The tool als recommends: 2 (C), 1 (B), 0 (A)." in prompts[0]
    assert "oldest first: none." in prompts[1]


@pytest.mark.parametrize("reply", ["no idea", "{}", '{"items": "2"}', '{"items": [true, -4]}', "{broken"])
def test_a_chat_model_that_says_nothing_leaves_the_query_to_others(reply, toy_tool, make_queries):
    model = ChatReasoner("llm", "http://x/v1", "some", transport=chat(reply))
    planner = Planner(tools=[toy_tool()], reasoner=model, policy=AlwaysBoth(), n_items=30)
    answer = planner.answer(make_queries([0.9]), 3)[0]
    assert answer.served_by in ("fusion", "llm")
    assert answer.served_by == "fusion" or answer.items.tolist() == [1]


def test_candidates_bind_a_chat_model():
    said = json.dumps({"thought": "", "items": [1, 5, 7], "confidence": 2})
    model = ChatReasoner("llm", "http://x/v1", "some", transport=chat(said))
    queries = QueryBatch.of(users=[1], histories=[[]], evidence_horizon=[0.5], candidates=[[5, 6, 7]])
    answer = model.deliberate(queries, 3)
    assert answer.items[0, :2].tolist() == [5, 7]
    assert answer.confidence.tolist() == [0.0]


def test_a_failing_service_is_left_out(toy_tool, toy_reasoner, make_queries):
    far = HttpTool("far", "http://x", transport=httpx.MockTransport(lambda _: httpx.Response(401)))
    planner = Planner(tools=[far, toy_tool()], reasoner=toy_reasoner(), policy=AlwaysTools())
    answer = planner.answer(make_queries([0.1]), 3)[0]
    assert answer.served_by == "toy"
    assert "401" in answer.degraded
