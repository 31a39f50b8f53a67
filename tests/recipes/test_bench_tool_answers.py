"""What the tools are asked, and what they had seen of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("torch")

from recipes.bench import tool_answers
from recipes.bench.tool_answers import ask, asked_for, codes, list_ranks, without_last
from recipes.bench.tools_data import prepared
from recipes.bench.tools_settings import settings_of
from rr_data import prepare
from rr_data.interfaces import DataError, PreparedDataset, Sequences
from rr_planner import Ranking
from rr_tools import TrainingData


@pytest.fixture
def data(write_ring: Callable[..., Path], tmp_path: Path) -> PreparedDataset:
    return prepared(write_ring(items=12, users=40), tmp_path / "cache")


@pytest.mark.parametrize("place", [0, 1, 2])
def test_the_item_at_a_place_follows_its_history(data: PreparedDataset, place: int) -> None:
    examples, everything = asked_for(data, place), data.sequences(until="validation")
    assert len(examples) == data.n_users
    for user, history, target in zip(examples.users, examples.histories, examples.targets, strict=True):
        whole = [*everything[user], data.targets("test")[user]]
        assert [*history, target] == whole[: len(whole) - place]


def test_several_test_items_each_follow_all_before_them(write_ring: Callable[..., Path], tmp_path: Path) -> None:
    source = write_ring(items=12, users=40) / "sequences.txt"
    data = prepare("s3rec", [source], out=tmp_path / "several", split_options={"tested": "3"})
    examples, everything = asked_for(data, 0), data.sequences(until="test")
    assert np.bincount(examples.users).tolist() == [3] * data.n_users
    for row, (user, history, target) in enumerate(
        zip(examples.users, examples.histories, examples.targets, strict=True)
    ):
        assert [*history, target] == everything[user][: len(everything[user]) - 2 + row % 3].tolist()


def test_test_items_among_others_are_refused(write_ring: Callable[..., Path], tmp_path: Path) -> None:
    source = write_ring(items=12, users=40) / "sequences.txt"
    with pytest.raises(DataError, match="split ratio; prepare it with one along time"):
        asked_for(prepare("s3rec", [source], out=tmp_path / "mixed", split="ratio"), 0)


@pytest.mark.parametrize("place", [0, 1, 2])
def test_no_tool_learns_from_the_item_that_it_is_asked_for(
    data: PreparedDataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, place: int
) -> None:
    seen: dict[str, TrainingData] = {}
    epochs: dict[str, int] = {}
    counting = tool_answers.train

    def train(name: str, part: TrainingData, *, out: Path, config: Mapping[str, int], **options: object) -> None:
        seen[name], epochs[out.name] = part, config.get("epochs", 0)
        counting("item-transition", part, out=out, seed=0)

    monkeypatch.setattr(tool_answers, "train", train)
    monkeypatch.setattr(tool_answers, "best_epoch", lambda tool: 7)
    asked = ask(data, tmp_path, place, k=5)
    examples = asked.examples
    for name, part in seen.items():
        for user, history in zip(examples.users, examples.histories, strict=True):
            assert part.sequence(user).tolist() == history.tolist()
        if name == "sasrec" and place:
            assert part.validation.tolist() == examples.targets.tolist()
        else:
            assert part.validation is None
    assert epochs[f"sasrec-{1 + place}"] == (settings_of("sasrec")["epochs"] if place else 7)
    assert (asked.answers["item-transition"].items[:, 0] == examples.targets).all()
    monkeypatch.setattr(tool_answers, "train", None)  # both tools and answers are kept
    again = ask(data, tmp_path, place, k=5)
    assert np.array_equal(again.answers["sasrec"].items, asked.answers["sasrec"].items)


def test_sequences_end_at_their_beginning() -> None:
    assert [kept.tolist() for kept in without_last(Sequences.of([[1, 2, 3], [4], []]), 2)] == [[1], [], []]


def test_a_target_outside_its_list_has_no_place() -> None:
    answer = Ranking(np.array([[4, 7], [7, 4], [1, 2], [9, 4]]), np.array([[2.0, 1.0]] * 3 + [[2.0, -np.inf]]))
    assert list_ranks(codes(answer), np.array([4, 4, 4, 4])).tolist() == [1.0, 2.0, np.inf, np.inf]
