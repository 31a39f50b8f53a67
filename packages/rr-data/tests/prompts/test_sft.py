from __future__ import annotations

import sys

import numpy as np
import pyarrow.parquet as pq
import pytest

from rr_data.errors import EvidenceError, MissingExtraError, OptionError
from rr_data.prompts.evidence import build_traces
from rr_data.prompts.sft import sft_rows
from rr_data.prompts.sft_table import SFT_SCHEMA, to_dataset, write_sft_rows
from rr_data.prompts.templates import templates
from rr_data.prompts.trace import Trace
from rr_data.sequences import Sequences

N_ITEMS = 40
CATEGORIES = [["Drama"] if code % 2 else ["Action"] for code in range(N_ITEMS)]


def columns(n: int = 30) -> dict[str, object]:
    rng = np.random.default_rng(0)
    targets = np.arange(n) % N_ITEMS
    histories = [
        [code for code in rng.permutation(N_ITEMS)[: 1 + query % 20] if code != targets[query]] for query in range(n)
    ]
    shown = {"sasrec": rng.permuted(np.tile(np.arange(N_ITEMS), (n, 1)), axis=1)[:, :5]}
    levels = np.arange(n) % 3
    return {
        "users": np.arange(n),
        "histories": Sequences.of(histories),
        "targets": targets,
        "evidence_horizon": np.linspace(0, 1, n),
        "eh_levels": levels,
        "categories": CATEGORIES,
        "traces": build_traces(shown, targets, levels),
        "answers": shown,
        "seed": 0,
    }


def prompt_text(row: dict) -> str:
    return "".join(part.get("text") or "<image>" for part in row["prompt"][0]["content"])


def test_rows() -> None:
    given = columns()
    rows = list(sft_rows(**given))
    assert len(rows) == 30
    for query, row in enumerate(rows):
        assert list(row) == SFT_SCHEMA.names
        assert row["prompt"][0]["role"] == "user"
        text = prompt_text(row)
        history = given["histories"][query]
        assert text.count("<image>") == len(row["image_items"]) == min(3, len(history))
        assert row["image_items"] == history[-3:].tolist()
        assert text.count("<item_") == min(10, len(history)) + 3
        thought, _, answer = row["completion"][0]["content"][0]["text"].partition("<answer>")
        assert answer == f"<item_{row['target']}>"
        assert thought == "".join(given["traces"][query].to_tokens())
        assert row["eh_level"] == query % 3
        assert row["template"] in range(10)
    assert len({row["template"] for row in rows}) > 5


def test_target_is_in_the_prompt_only_if_a_tool_said_so() -> None:
    rows = list(sft_rows(**columns() | {"answers": None}))
    assert all(f"<item_{row['target']}>" not in prompt_text(row) for row in rows)


def test_the_description_tells_only_of_what_is_too_old_to_be_written() -> None:
    given = columns(1) | {"answers": None, "traces": None, "history_length": 10}
    text = prompt_text(next(iter(sft_rows(**given | {"histories": Sequences.of([[1] * 15 + [2] * 10])}))))
    assert "(some purchases, mostly Drama)" in text
    text = prompt_text(next(iter(sft_rows(**given | {"histories": Sequences.of([[1] * 10])}))))
    assert "(no earlier purchases)" in text


def test_users_are_named_only_on_request() -> None:
    given = columns(12)
    assert not any("user_" in prompt_text(row) for row in sft_rows(**given))
    assert all(f"user_{row['user']}" in prompt_text(row) for row in sft_rows(**given, name_users=True))


def test_without_thought_and_with_one_template() -> None:
    rows = list(sft_rows(**columns() | {"traces": None, "wordings": templates("sequential")[4:5], "pictures": 0}))
    assert {row["template"] for row in rows} == {4}
    assert all(row["completion"][0]["content"][0]["text"].startswith("<answer>") for row in rows)
    assert all(row["image_items"] == [] for row in rows)


def test_seed_decides() -> None:
    one, again, other = (list(sft_rows(**columns() | {"seed": seed})) for seed in (0, 0, 1))
    assert one == again
    assert [row["template"] for row in one] != [row["template"] for row in other]


@pytest.mark.parametrize(
    "change", [{"targets": [1]}, {"traces": [Trace(0, 0)]}, {"answers": {"a": np.zeros((2, 3), int)}}]
)
def test_lengths_must_agree(change: dict) -> None:
    with pytest.raises(EvidenceError, match="lengths"):
        sft_rows(**columns() | change)


@pytest.mark.parametrize("change", [{"wordings": ()}, {"history_length": 0}])
def test_bad_options(change: dict) -> None:
    with pytest.raises(OptionError):
        sft_rows(**columns() | change)


def test_parquet(tmp_path) -> None:
    rows = list(sft_rows(**columns()))
    write_sft_rows(rows, tmp_path / "sft.parquet")
    table = pq.read_table(tmp_path / "sft.parquet")
    assert table.schema.equals(SFT_SCHEMA)
    assert prompt_text(table.to_pylist()[3]) == prompt_text(rows[3])


def test_dataset() -> None:
    datasets = pytest.importorskip("datasets")
    rows = list(sft_rows(**columns()))
    dataset = to_dataset(rows)
    assert isinstance(dataset, datasets.Dataset)
    assert dataset.column_names == SFT_SCHEMA.names
    assert prompt_text(dataset[3]) == prompt_text(rows[3])
    assert dataset[3]["image_items"] == rows[3]["image_items"]


def test_missing_extra_is_named(monkeypatch) -> None:
    monkeypatch.setitem(sys.modules, "datasets", None)
    with pytest.raises(MissingExtraError, match=r"rr-data\[sft\]"):
        to_dataset([])
