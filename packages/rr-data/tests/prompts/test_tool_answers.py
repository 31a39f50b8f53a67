from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from rr_data.errors import EvidenceError, OptionError, TraceError
from rr_data.prepared import PreparedDataset
from rr_data.prompts.direct_queries import direct_queries
from rr_data.prompts.sequential_queries import sequential_queries
from rr_data.prompts.task_queries import TaskQueries
from rr_data.prompts.tool_answers import answers_from_predictions

Write = Callable[..., Path]


def told(
    data: PreparedDataset, queries: TaskQueries, query: int, items: list[str], *, system: str = "sasrec"
) -> tuple[object, ...]:
    ids, users = data.items["item_id"], data.users["user_id"]
    scores = [float(-place) for place in range(len(items))]
    user, target = users[int(queries.users[query])], ids[int(queries.targets[query])]
    return queries.ids[query], user, system, items, scores, target


@pytest.fixture
def queries(tasked: PreparedDataset) -> TaskQueries:
    return sequential_queries(tasked)


def test_codes_in_order(tasked: PreparedDataset, queries: TaskQueries, write_predictions: Write) -> None:
    ids = tasked.items["item_id"].to_list()
    rows = [
        told(tasked, queries, 4, [ids[7], ids[3]]),
        told(tasked, queries, 0, [ids[1], "strange", ids[2]]),
        told(tasked, queries, 0, [], system="bpr"),
    ]
    answers = answers_from_predictions([write_predictions(rows)], tasked, queries, k=5)
    assert list(answers) == ["bpr", "sasrec"]
    assert answers["sasrec"].shape == (len(queries), 5)
    assert answers["sasrec"][4].tolist() == [7, 3, -1, -1, -1]
    assert answers["sasrec"][0].tolist() == [1, -1, 2, -1, -1]
    assert answers.scores["sasrec"][4, :2].tolist() == [0, -1]
    assert np.isnan(answers.scores["sasrec"][1]).all()
    assert (answers["bpr"] == -1).all()
    assert answers.unknown_items == {"bpr": 0, "sasrec": 1}
    assert answers.missing == {"bpr": len(queries) - 1, "sasrec": len(queries) - 2}
    assert np.flatnonzero(answers.asked).tolist() == [0, 4]
    assert answers.take(np.array([4]))["sasrec"].tolist() == [[7, 3, -1, -1, -1]]


def test_tools_by_name_cut_and_other_rows(
    tasked: PreparedDataset, queries: TaskQueries, write_predictions: Write
) -> None:
    ids = tasked.items["item_id"].to_list()
    rows = [told(tasked, queries, 0, ids[:3]), ("elsewhere", "u00", "sasrec", ids[:1], [1.0], ids[0])]
    one, two = write_predictions(rows), write_predictions([told(tasked, queries, 1, ids[:2], system="bpr")], name="q")
    answers = answers_from_predictions([one, two], tasked, queries, tools=["sasrec", "nobody"], k=2)
    assert list(answers) == ["sasrec", "nobody"]
    assert answers["sasrec"][0].tolist() == [0, 1]
    assert not answers.answered["nobody"].any()
    assert answers.other_rows == 2


def test_order_of_rows_and_files_does_not_matter(
    tasked: PreparedDataset, queries: TaskQueries, write_predictions: Write
) -> None:
    rng = np.random.default_rng(1)
    ids = tasked.items["item_id"].to_list()
    rows = [
        told(tasked, queries, query, [ids[code] for code in rng.permutation(len(ids))[:4]])
        for query in range(len(queries))
    ]
    one = answers_from_predictions([write_predictions(rows)], tasked, queries)
    files = [write_predictions(rows[20:][::-1], name="a"), write_predictions(rows[:20], name="b")]
    assert np.array_equal(one["sasrec"], answers_from_predictions(files, tasked, queries)["sasrec"])


def test_versions_and_other_files(
    tasked: PreparedDataset, queries: TaskQueries, write_predictions: Write, tmp_path: Path
) -> None:
    rows = [told(tasked, queries, 0, [])]

    def refuse(path: Path, message: str, **options: object) -> None:
        with pytest.raises(EvidenceError, match=message):
            answers_from_predictions([path], tasked, queries, **options)  # type: ignore[arg-type]

    refuse(write_predictions(rows, version="2"), r"p\.parquet.*schema version 2.*reads version 1")
    refuse(write_predictions(rows, version=None), "metadata lack rr_predictions_version")
    refuse(write_predictions(rows, task="ctr"), "no answers to sequential queries; the tasks there: ctr")
    refuse(write_predictions(rows * 2), "more than once")
    refuse(tmp_path / "absent", "no such file")
    (tmp_path / "text").write_text("hello")
    refuse(tmp_path / "text", "not a Parquet file")
    table = pq.read_table(write_predictions(rows))
    pq.write_table(table.drop_columns(["target"]), tmp_path / "less")
    refuse(tmp_path / "less", "'target' is absent")
    index = table.schema.get_field_index("items")
    pq.write_table(table.set_column(index, "items", pa.array([{"a": 1}])), tmp_path / "other")
    refuse(tmp_path / "other", "other types")
    pq.write_table(table.set_column(index, "items", pa.array([None], pa.list_(pa.string()))), tmp_path / "null")
    refuse(tmp_path / "null", "'items' holds nulls")
    with pytest.raises(EvidenceError, match="received no file"):
        answers_from_predictions([], tasked, queries)


def test_answers_to_other_questions(tasked: PreparedDataset, queries: TaskQueries, write_predictions: Write) -> None:
    query, user, system, items, scores, _ = told(tasked, queries, 0, [])
    with pytest.raises(EvidenceError, match=r"target 'zz'.*--ask"):
        answers_from_predictions([write_predictions([(query, user, system, items, scores, "zz")])], tasked, queries)
    rows = [(query, user, system, ["a"], [], told(tasked, queries, 0, [])[5])]
    with pytest.raises(EvidenceError, match="different lengths"):
        answers_from_predictions([write_predictions(rows)], tasked, queries)
    rows = [told(tasked, queries, 0, [], system="majority vote")]
    with pytest.raises(TraceError, match="majority vote"):
        answers_from_predictions([write_predictions(rows)], tasked, queries)
    with pytest.raises(OptionError, match="k"):
        answers_from_predictions([], tasked, queries, k=0)


def test_all_questions_of_a_list_share_its_answer(tasked: PreparedDataset, write_predictions: Write) -> None:
    queries = direct_queries(tasked, negatives=3, seed=0)
    ids = tasked.items["item_id"].to_list()
    assert queries.candidates is not None
    listed = [ids[code] for code in queries.candidates[0]]
    assert len(listed) == 20
    answers = answers_from_predictions(
        [write_predictions([told(tasked, queries, 0, listed[::-1])], task="direct")], tasked, queries
    )
    assert np.flatnonzero(answers.asked).tolist() == [0, 1, 2, 3]
    assert (answers["sasrec"][:4] == queries.candidates[0][::-1]).all()
    outside = next(item for item in ids if item not in listed)
    with pytest.raises(EvidenceError, match="outside the candidates"):
        answers_from_predictions(
            [write_predictions([told(tasked, queries, 0, [outside])], task="direct")], tasked, queries
        )
