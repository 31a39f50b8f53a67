from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

from rr_data.columns import Columns
from rr_data.errors import EvidenceError, OptionError, UnknownNameError
from rr_data.pipeline import prepare
from rr_data.prepared import PreparedDataset
from rr_data.prompts.answer_words import AnswerWords
from rr_data.prompts.task_queries import TaskQueries
from rr_data.prompts.templates import PromptTemplate
from rr_data.prompts.trace import Trace
from rr_data.prompts.training_rows import available_tasks, training_queries, training_rows


@pytest.fixture
def clicked(raw: Path, tmp_path: Path) -> PreparedDataset:
    return prepare("tabular", [raw / "ratings.csv"], items=raw / "items.tsv", out=tmp_path / "clicked", ctr_negatives=2)


def text_of(row: dict[str, Any], side: str) -> str:
    return "".join(part.get("text") or "<image>" for message in row[side] for part in message["content"])


def in_ids(data: PreparedDataset, queries: TaskQueries) -> list[tuple[str, str, list[str]]]:
    users, items = data.users[Columns.USER_ID].to_list(), data.items[Columns.ITEM_ID].to_list()
    return [
        (users[user], items[item], [items[code] for code in history])
        for user, item, history in zip(queries.users, queries.items, queries.histories, strict=True)
    ]


def test_tasks_of_a_dataset(prepared: PreparedDataset, clicked: PreparedDataset) -> None:
    assert available_tasks(prepared) == ("sequential", "direct")
    assert available_tasks(clicked) == ("sequential", "direct", "ctr")
    with pytest.raises(UnknownNameError, match="mean 'direct'"):
        training_queries(prepared, "dircet", seed=0)


def test_next_items_after_the_items_before_them(prepared: PreparedDataset, by_id: Any) -> None:
    queries = training_queries(prepared, "sequential", seed=0)
    assert sorted(in_ids(prepared, queries)) == sorted(
        (user, items[place], items[:place])
        for user, items in by_id(prepared, "train").items()
        for place in range(1, len(items))
    )
    assert queries.ids.n_unique() == len(queries)


def test_windows_cover_every_item_once(raw: Path, tmp_path: Path) -> None:
    rows = [f"u{user},{item},{item}" for user in range(6) for item in range(1 + 4 * user)]
    (raw / "long.csv").write_text("\n".join(["user_id,item_id,timestamp", *rows]))
    data = prepare("tabular", [raw / "long.csv"], out=tmp_path / "long")
    queries = training_queries(data, "sequential", seed=0, windows=3)
    seen: Counter[tuple[int, int]] = Counter()
    for user, item, history in zip(queries.users.tolist(), queries.items.tolist(), queries.histories, strict=True):
        seen.update((user, code) for code in [*history[-3:].tolist(), item])
    train = data.sequences(until="train")
    assert set(seen) == {(user, code) for user, items in enumerate(train) if len(items) > 1 for code in items.tolist()}
    assert max(seen.values()) <= 2


@pytest.mark.parametrize("task", ["sequential", "direct"])
def test_so_many_of_each_user(prepared: PreparedDataset, task: str) -> None:
    queries = training_queries(prepared, task, seed=0, per_user=1, negatives=2)
    asked = set(queries.ids.to_list())
    assert max(Counter(name.split(":")[0] for name in asked).values()) == 1
    whole = training_queries(prepared, task, seed=0, negatives=2)
    assert asked <= set(whole.ids.to_list())
    drawn = {tuple(training_queries(prepared, task, seed=seed, per_user=1).ids.to_list()) for seed in range(20)}
    assert len(drawn) > 1


def test_direct_negatives_are_unseen_and_stay_with_their_list(prepared: PreparedDataset, by_id: Any) -> None:
    queries = training_queries(prepared, "direct", seed=0, negatives=2)
    assert queries.labels is not None
    assert queries.candidates is not None
    everything, train = by_id(prepared, "test"), by_id(prepared, "train")
    for (user, item, history), code, label, target, listed in zip(
        in_ids(prepared, queries), queries.items, queries.labels, queries.targets, queries.candidates, strict=True
    ):
        assert (item in train[user]) == bool(label)
        assert label or item not in everything[user]
        assert history == train[user][: len(history)]
        assert {target, code} <= set(listed.tolist())
        assert listed.tolist() == sorted(set(listed.tolist()))
    labels = pl.DataFrame({"id": queries.ids, "label": queries.labels})
    assert (labels.group_by("id").agg(pl.col("label").sum())["label"] == 1).all()


def test_a_list_too_short_to_be_asked_about(prepared: PreparedDataset) -> None:
    for options in ({"candidates": 0}, {"candidates": 3, "negatives": 3}, {"negatives": -1}, {"per_user": 0}):
        with pytest.raises(OptionError):
            training_queries(prepared, "direct", seed=0, **options)
    assert len(training_queries(prepared, "direct", seed=0, candidates=1, negatives=0)) == 8


def test_clicks_and_their_negatives_read_one_history(clicked: PreparedDataset) -> None:
    queries = training_queries(clicked, "ctr", seed=0)
    assert queries.labels is not None
    table = clicked.ctr
    assert table is not None
    assert len(queries) == table.filter(pl.col(Columns.PART) == "train").height
    histories: dict[int, list[int]] = {}
    for user, label, item, history in zip(
        queries.users.tolist(), queries.labels.tolist(), queries.items.tolist(), queries.histories, strict=True
    ):
        if label:
            histories[user] = history.tolist()
        assert history.tolist() == histories[user]
        assert item not in history


@pytest.mark.parametrize(("task", "pictures"), [("sequential", 2), ("direct", 1), ("ctr", 0)])
def test_rows(clicked: PreparedDataset, task: str, pictures: int) -> None:
    queries = training_queries(clicked, task, seed=0)
    rows = training_rows(clicked, queries, seed=5, pictures=pictures)
    horizon = clicked.evidence_horizon()
    assert len(rows) == len(queries)
    assert list(rows) == list(training_rows(clicked, queries, seed=5, pictures=pictures))
    for query, row in enumerate(rows):
        prompt, answer = text_of(row, "prompt"), text_of(row, "completion")
        assert row["task"] == task
        assert (row["user"], row["target"]) == (queries.users[query], queries.items[query])
        assert row["eh_level"] == horizon.levels[row["user"]]
        assert f"{horizon.normalized[row['user']]:.2f}" in prompt
        assert "user_" not in prompt
        assert prompt.count("<image>") == len(row["image_items"])
        if task == "sequential":
            assert answer == f"<answer><item_{row['target']}>"
            assert row["label"] is None
        else:
            assert row["label"] == queries.labels[query]  # type: ignore[index]
            assert answer == f"<answer>{'yes' if row['label'] else 'no'}"
            assert prompt.count("<item_") == 1
            assert row["image_items"] == [row["target"]] * pictures


def test_thoughts_tools_words_and_templates(clicked: PreparedDataset) -> None:
    queries = training_queries(clicked, "direct", seed=0)
    rows = training_rows(
        clicked,
        queries,
        seed=0,
        traces=[Trace(1, place % 10) for place in range(len(queries))],
        tools=[f" Tools: {place}." for place in range(len(queries))],
        wordings=[PromptTemplate("direct", 7, "After {history}: {item}? {evidence_horizon}")],
        words=AnswerWords("buy", "leave"),
    )
    for place, row in enumerate(rows):
        answer = "buy" if row["label"] else "leave"
        assert text_of(row, "completion") == f"{''.join(Trace(1, place % 10).to_tokens())}<answer>{answer}"
        assert text_of(row, "prompt").startswith("After ")
        assert text_of(row, "prompt").endswith(f" Tools: {place}.")
        assert row["template"] == 7


def test_refused(clicked: PreparedDataset) -> None:
    queries = training_queries(clicked, "ctr", seed=0)
    with pytest.raises(EvidenceError, match="lengths"):
        training_rows(clicked, queries, seed=0, traces=[])
    for options in ({"seed": -1}, {"seed": 0, "history_length": 0}, {"seed": 0, "wordings": []}):
        with pytest.raises(OptionError):
            training_rows(clicked, queries, **options)  # type: ignore[arg-type]


def test_descriptions_tell_of_the_history_alone(clicked: PreparedDataset) -> None:
    queries = training_queries(clicked, "direct", seed=0)
    for history, row in zip(queries.histories, training_rows(clicked, queries, seed=0), strict=True):
        assert ("no earlier purchases" in text_of(row, "prompt")) == (len(history) == 0)
    assert np.all(queries.histories.lengths < clicked.sequences().lengths[queries.users])
