import asyncio

import numpy as np
import pytest

from rr_planner import FunctionReasoner, FunctionTool, QueryBatch, Ranking
from rr_planner.resilience.faults import fault_of
from rr_planner.serve.replica import Replica, ReplicaError, answer_of, question


class Config:
    reasoner = None
    tools = ()

    def __init__(self, model):
        self._loaded = model

    def model(self, source):
        return self._loaded


def queries(users, **more):
    return QueryBatch.of(users=users, histories=[[]] * len(users), evidence_horizon=[0.5] * len(users), **more)


@pytest.fixture
def tool():
    seen = []

    def rank(asked, k):
        seen.append(asked.users.tolist())
        if 99 in seen[-1]:
            raise ConnectionError("gone")
        scores = np.random.default_rng(0).random((100, 20))[asked.users]
        return Ranking.from_scores(scores, k, confidence=scores.max(1))

    made = FunctionTool("t", rank)
    made_seen = seen
    return made, made_seen


def test_requests_that_arrive_together_are_one_batch_and_answers_find_their_way(tool):
    model, seen = tool
    config = Config(model)
    config.tools = [None]
    replica = Replica(config, 0)
    asked = [question(queries(users), 4) for users in ([1, 2], [3], [], [4, 5, 6])]
    answers = asyncio.run(replica.ask(asked))
    assert sum(bool(users) for users in seen) == 1
    for users, answer in zip(([1, 2], [3], [4, 5, 6]), [answers[0], answers[1], answers[3]], strict=True):
        alone = model.rank(queries(users), 4)
        assert answer_of(answer).items.tolist() == alone.items.tolist()
        assert answer_of(answer).scores.tolist() == alone.scores.tolist()
        assert answer_of(answer).confidence.tolist() == alone.confidence.tolist()


def test_other_shapes_are_other_batches_and_a_failure_is_its_batchs_alone(tool):
    model, seen = tool
    config = Config(model)
    config.tools = [None]
    replica = Replica(config, 0)
    answers = asyncio.run(
        replica.ask([question(queries([1]), 4), question(queries([2]), 3), question(queries([99]), 3)])
    )
    assert seen == [[1], [2, 99]]
    assert len(answer_of(answers[0]).items[0]) == 4
    for answer in answers[1:]:
        with pytest.raises(ReplicaError, match="ConnectionError: gone") as caught:
            answer_of(answer)
        assert fault_of(caught.value).retryable
    permanent = ReplicaError("ValueError: shape", retryable=False)
    assert not fault_of(permanent).retryable


def test_evidence_reaches_the_reasoner_in_order():
    def think(asked, k, evidence):
        first = next(iter(evidence.values()))
        return Ranking(first.items, first.scores, np.full(len(asked), 0.5))

    replica = Replica(Config(FunctionReasoner("r", think)), None)
    asked = []
    for users in ([1, 2], [3]):
        scores = np.random.default_rng(users).random((len(users), 9))
        asked.append((users, Ranking.from_scores(scores, 3)))
    answers = asyncio.run(replica.ask([question(queries(users), 3, {"als": given}) for users, given in asked]))
    for (_, given), answer in zip(asked, answers, strict=True):
        assert answer_of(answer).items.tolist() == given.items.tolist()
        assert answer_of(answer).thoughts == ("",) * len(given.items)
