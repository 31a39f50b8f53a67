from __future__ import annotations

from dataclasses import replace

import pytest

from rr_tools import ArtifactError, ConfigError, ParityError, load_tool, train
from rr_tools.artifact import read_artifact, read_card, write_card
from rr_tools.export import copying
from rr_tools.export.copying import compare, export_artifact


def test_a_copy_is_the_same(transition_artifact, tmp_path):
    report = export_artifact(transition_artifact, tmp_path / "copy", queries=50)
    assert (report.queries, report.largest_difference, report.exported_again) == (50, 0.0, False)
    assert read_artifact(tmp_path / "copy").files == read_artifact(transition_artifact).files
    assert read_card(tmp_path / "copy") == read_card(transition_artifact)


def test_what_has_no_network_cannot_be_exported_again(transition_artifact, tmp_path):
    pytest.importorskip("torch")
    with pytest.raises(ConfigError, match="no network to export again"):
        export_artifact(transition_artifact, tmp_path / "copy", again=True)
    assert not (tmp_path / "copy").exists()


def test_tensors_of_another_network_are_refused(ring, small_config, tmp_path):
    pytest.importorskip("recbole")
    source = train("bpr", ring, out=tmp_path / "tool", config={**small_config("bpr"), "epochs": 1})
    card = read_card(source)
    write_card(source, replace(card, model="sasrec", config={}))
    with pytest.raises(ArtifactError, match=r"network\.safetensors is of another sasrec"):
        export_artifact(source, tmp_path / "copy", again=True)


def test_the_source_is_not_its_own_copy(transition_artifact):
    with pytest.raises(ConfigError, match="is the artifact itself"):
        export_artifact(transition_artifact, transition_artifact)


def test_other_answers_are_refused_and_nothing_is_written(transition_artifact, ring, tmp_path, monkeypatch):
    other = load_tool(train("item-transition", ring, out=tmp_path / "other", config={"decay": 0.1}))
    with pytest.raises(ParityError, match="differ by"):
        compare(load_tool(transition_artifact), other, queries=20)
    loaded = iter([load_tool(transition_artifact), other])
    monkeypatch.setattr(copying, "load_tool", lambda folder: next(loaded))
    with pytest.raises(ParityError):
        export_artifact(transition_artifact, tmp_path / "copy", queries=20)
    assert not (tmp_path / "copy").exists()


def test_another_order_is_refused_where_scores_are_far_apart(transition_artifact, monkeypatch):
    one, other = load_tool(transition_artifact), load_tool(transition_artifact)
    monkeypatch.setattr(copying, "TOLERANCE", 1e-9)
    rank = other.rank

    def swapped(queries, k):
        answer = rank(queries, k)
        return replace(answer, items=answer.items[:, ::-1])

    monkeypatch.setattr(
        type(other), "rank", lambda self, queries, k: swapped(queries, k) if self is other else rank(queries, k)
    )
    with pytest.raises(ParityError, match="first 10 items"):
        compare(one, other, queries=200)
