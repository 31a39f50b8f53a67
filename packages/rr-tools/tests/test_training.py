from __future__ import annotations

import pytest

from rr_tools import ArtifactError, ConfigError, TrainingData, load_tool, train
from rr_tools.neighbors.item_transition import ItemTransitionConfig


def test_progress_is_reported(ring, tmp_path):
    calls = []
    train("popularity", ring, out=tmp_path / "tool", progress=lambda *call: calls.append(call))
    assert calls == [(1, 1, "20 items")]


def test_options_come_as_mapping_or_dataclass(ring, tmp_path):
    by_mapping = train("item-transition", ring, out=tmp_path / "a", config={"window": 2}, seed=3)
    by_type = train("item-transition", ring, out=tmp_path / "b", config=ItemTransitionConfig(window=2), seed=3)
    first, second = load_tool(by_mapping).card, load_tool(by_type).card
    assert first.checksums == second.checksums
    assert first.config["window"] == 2
    assert first.command == "rr-tools train item-transition DATA_DIR --out OUT --seed 3 --set window=2"


def test_mistakes_leave_nothing_behind(ring, tmp_path):
    with pytest.raises(ConfigError, match="did you mean 'window'"):
        train("item-transition", ring, out=tmp_path / "tool", config={"windou": 2})
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "notes.txt").write_text("mine")
    with pytest.raises(ArtifactError, match="choose another folder"):
        train("item-transition", ring, out=tmp_path / "full")
    assert [path.name for path in tmp_path.iterdir()] == ["full"]


def test_without_validation_there_is_no_confidence(tmp_path, make_queries):
    for validation in (None, [-1]):
        data = TrainingData(items=[0, 1, 2], offsets=[0, 3], n_items=3, validation=validation)
        tool = load_tool(train("popularity", data, out=tmp_path / "tool"))
        assert tool.rank(make_queries([[0]]), 2).confidence is None
        assert "validation_ndcg@5" not in tool.card.metrics
