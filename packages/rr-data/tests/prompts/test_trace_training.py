"""From predictions tables to examples with thoughts: honest, complete, and without what is held out."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

from rr_data.errors import DishonestEvidenceError, EvidenceError
from rr_data.prepared import PreparedDataset
from rr_data.prompts.completion import read_completion
from rr_data.prompts.ctr_queries import ctr_queries
from rr_data.prompts.evidence_noise import EvidenceNoise
from rr_data.prompts.explanation_queries import explanation_queries
from rr_data.prompts.held_out import HeldOut
from rr_data.prompts.task_queries import TaskQueries
from rr_data.prompts.task_traces import trace_queries
from rr_data.prompts.tool_answers import ToolAnswers
from rr_data.prompts.trace_training import trace_training
from rr_data.prompts.training_rows import training_queries, training_rows
from rr_data.prompts.verbalizer import parse_verbalized, verbalize

Write = Callable[..., Path]
CALM = EvidenceNoise(missing=0, wrong=0, seed=0)


def asked(
    data: PreparedDataset, queries: TaskQueries, answer: Callable[[int], list[int]], system: str = "sasrec"
) -> list[tuple[Any, ...]]:
    """One row a query id, with the items that `answer` gives for the first question of that id."""
    ids, users = data.items["item_id"].to_list(), data.users["user_id"].to_list()
    rows = {}
    for place, query in enumerate(queries.ids.to_list()):
        if query not in rows:
            items = [ids[code] for code in answer(place)]
            user, target = users[queries.users[place]], ids[queries.targets[place]]
            rows[query] = (query, user, system, items, [-float(rank) for rank in range(len(items))], target)
    return list(rows.values())


def on_validation(data: PreparedDataset, items: Callable[[int], list[int]], system: str = "sasrec") -> list[Any]:
    ids, users, targets = data.items["item_id"], data.users["user_id"], data.targets("validation").tolist()
    return [
        (
            f"v{user}",
            users[user],
            system,
            [ids[code] for code in items(target)],
            [0.0] * len(items(target)),
            ids[target],
        )
        for user, target in enumerate(targets)
        if target >= 0
    ]


def text_of(row: dict[str, Any], side: str) -> str:
    return "".join(part.get("text") or "" for message in row[side] for part in message["content"])


@pytest.mark.parametrize("task", ["sequential", "direct"])
def test_what_tools_say_of_later_items_is_left_out(
    tasked: PreparedDataset, write_predictions: Write, task: str
) -> None:
    """Tools that name every user's validation and test item, first of all."""
    queries = training_queries(tasked, task, seed=0, negatives=3)
    late = {user: [] for user in range(tasked.n_users)}
    for part in ("validation", "test"):
        for user, item in enumerate(tasked.targets(part).tolist()):
            late[user].append(item)

    def answer(query: int) -> list[int]:
        listed = [] if queries.candidates is None else queries.candidates[query][:6].tolist()
        return listed or [*late[int(queries.users[query])], 1, 2, 3][:5]

    rows = asked(tasked, queries, answer)
    # Noise gives one user's query the answer of another's, and so it may name this user's later items as well.
    noise = EvidenceNoise(missing=0.1, wrong=0.6, seed=3)
    traced = trace_training(
        tasked,
        queries,
        predictions=[write_predictions(rows, task=task)],
        validation=[write_predictions(on_validation(tasked, lambda target: [target]), task=task, name="v")],
        noise=noise,
    )
    examples = list(
        training_rows(tasked, traced.queries, seed=0, traces=traced.evidence.traces, tools=traced.evidence.texts)
    )
    assert len(examples) == len(queries)
    held_out = tasked.interactions.filter(pl.Series(tasked.parts != 0)).select("user", "item")
    forbidden = set(held_out.iter_rows())
    for row in examples:
        codes = map(int, re.findall(r"<item_([0-9]+)>", text_of(row, "prompt") + text_of(row, "completion")))
        assert not {(row["user"], code) for code in codes} & forbidden
        trace, _ = read_completion(text_of(row, "completion"))
        assert trace is not None
        titles = [str(code) for code in range(tasked.n_items)]
        assert parse_verbalized(verbalize(trace, titles), titles) == trace


def test_thoughts_follow_the_answers(tasked: PreparedDataset, write_predictions: Write) -> None:
    queries = training_queries(tasked, "sequential", seed=0)
    targets = queries.targets.tolist()

    def answer(query: int) -> list[int]:
        own = set(queries.histories[query].tolist()) | set(tasked.sequences("test")[int(queries.users[query])].tolist())
        others = [code for code in range(tasked.n_items) if code not in own][:9]
        return [targets[query], *others] if query % 2 else others

    right = on_validation(tasked, lambda target: [target])
    traced = trace_training(
        tasked,
        queries,
        predictions=[write_predictions(asked(tasked, queries, answer))],
        validation=[write_predictions(right, name="v")],
        noise=CALM,
    )
    for query, trace in enumerate(traced.evidence.traces):
        assert trace.tools == (("sasrec", query % 2 == 1),)
        assert trace.confidence_bin == (9 if query % 2 else 0)
        assert trace.evidence == (answer(query)[0],)
        assert traced.evidence.texts[query].count("<item_") == 3
    told = traced.summary()["tools"]["sasrec"]
    assert told["hit_rate"] == pytest.approx(0.5, abs=0.01)
    assert told["validation_hit_rate"] == 1
    assert told["usable_as_shown"] == told["hit_rate"]


def test_tools_that_saw_the_targets(tasked: PreparedDataset, write_predictions: Write) -> None:
    queries = training_queries(tasked, "sequential", seed=0)
    knows = write_predictions(asked(tasked, queries, lambda query: [int(queries.targets[query])]))
    wrong = on_validation(tasked, lambda target: [(target + 1) % tasked.n_items])
    options = {"predictions": [knows], "validation": [write_predictions(wrong, name="v")], "noise": CALM}
    with pytest.raises(DishonestEvidenceError, match=r"sasrec hits 1\.0000"):
        trace_training(tasked, queries, **options)
    assert len(trace_training(tasked, queries, **options, max_gap=1e9).queries) == len(queries)


def test_questions_that_nobody_answered(tasked: PreparedDataset, write_predictions: Write) -> None:
    queries = training_queries(tasked, "sequential", seed=0)
    rows = asked(tasked, queries, lambda query: [3])
    validation = [write_predictions(on_validation(tasked, lambda target: [target]), name="v")]
    traced = trace_training(
        tasked, queries, predictions=[write_predictions(rows[:10])], validation=validation, noise=CALM
    )
    assert (len(traced.queries), traced.unasked) == (10, len(queries) - 10)
    strangers = [("x" + row[0], *row[1:]) for row in rows]
    with pytest.raises(EvidenceError, match="none answers one of"):
        trace_training(tasked, queries, predictions=[write_predictions(strangers)], validation=validation, noise=CALM)


def test_predictions_of_another_part(tasked: PreparedDataset, write_predictions: Write) -> None:
    queries = training_queries(tasked, "sequential", seed=0)
    rows = asked(tasked, queries, lambda query: [3])
    files = [write_predictions(rows)]
    with pytest.raises(EvidenceError, match="no sequential validation pair"):
        trace_training(tasked, queries, predictions=files, validation=files, noise=CALM)


class TestClicks:
    def rows(self, data: PreparedDataset, part: str, probability: Callable[[int], float]) -> list[tuple[Any, ...]]:
        assert data.ctr is not None
        ids, users = data.items["item_id"], data.users["user_id"]
        return [
            (f"{users[user]}:{item}", users[user], "dcnv2", [ids[item]], [probability(label)], ids[item])
            for user, item, label, where in data.ctr.iter_rows()
            if where == part
        ]

    def test_thoughts(self, tasked: PreparedDataset, write_predictions: Write) -> None:
        queries = ctr_queries(tasked)
        files = {
            part: write_predictions(
                self.rows(tasked, part, lambda label: 0.75 if label else 0.5), task="ctr", name=part
            )
            for part in ("train", "validation")
        }
        traced = trace_training(
            tasked, queries, predictions=[files["train"]], validation=[files["validation"]], noise=CALM
        )
        assert queries.labels is not None
        for label, trace, text in zip(
            queries.labels.tolist(), traced.evidence.traces, traced.evidence.texts, strict=True
        ):
            assert trace.tools == (("dcnv2", bool(label)),)
            assert (trace.confidence_bin, trace.evidence) == (7 if label else 5, ())
            assert text == f" Tools: dcnv2 says {0.75 if label else 0.5:.2f}."
        examples = training_rows(
            tasked, traced.queries, seed=0, traces=traced.evidence.traces, tools=traced.evidence.texts
        )
        assert text_of(examples[0], "completion").endswith(f"<answer>{'yes' if queries.labels[0] else 'no'}")

    @pytest.mark.parametrize("value", [1.5, -0.1, float("nan")])
    def test_no_probabilities(self, tasked: PreparedDataset, write_predictions: Write, value: float) -> None:
        files = [write_predictions(self.rows(tasked, "train", lambda label: value), task="ctr")]
        with pytest.raises(EvidenceError, match=r"in \[0, 1\]"):
            trace_training(tasked, ctr_queries(tasked), predictions=files, validation=files, noise=CALM)


def test_no_tool_is_asked_for_an_explanation(tasked: PreparedDataset) -> None:
    queries = explanation_queries(tasked)
    with pytest.raises(EvidenceError, match="no tool is asked"):
        trace_queries(tasked, queries, ToolAnswers({}, {}, {}, {}, 0), noise=CALM)
    with pytest.raises(EvidenceError, match="no tool is asked"):
        training_rows(tasked, queries, seed=0, tools=[""] * len(queries))


def test_held_out_items_move_the_others_up(tasked: PreparedDataset) -> None:
    held_out = HeldOut.of(tasked)
    test, (first, second, *_) = int(tasked.targets("test")[3]), tasked.sequences("train")[3].tolist()
    answers = np.array([[first, test, -1, second]])
    assert held_out.without(np.array([3]), answers).tolist() == [[first, second, -1, -1]]
    assert held_out.without(np.array([4]), np.array([[-1, -1]])).tolist() == [[-1, -1]]
