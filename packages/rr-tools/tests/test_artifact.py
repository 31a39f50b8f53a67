from __future__ import annotations

import json

import pytest

from rr_tools import ArtifactError, load_tool
from rr_tools.artifact import new_artifact_folder, read_artifact, read_card


def edit_card(folder, **changes):
    path = folder / "card.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), **changes}))


def test_what_was_written_is_read(transition_artifact):
    artifact = read_artifact(transition_artifact)
    assert artifact.card == read_card(transition_artifact)
    assert set(artifact.files) == {"weights.safetensors"}
    assert json.loads((transition_artifact / "card.json").read_text())["schema_version"] == 1


def test_a_missing_folder_says_how_to_make_one(tmp_path):
    with pytest.raises(ArtifactError, match=r"no folder .*rr-tools train"):
        load_tool(tmp_path / "none")


def test_a_folder_without_a_card(tmp_path):
    with pytest.raises(ArtifactError, match=r"has no card\.json"):
        load_tool(tmp_path)


def test_another_schema_version(transition_artifact):
    edit_card(transition_artifact, schema_version=7)
    with pytest.raises(ArtifactError, match="schema version 7; this rr-tools reads version 1"):
        load_tool(transition_artifact)


@pytest.mark.parametrize("content", ["{", "[]", '{"kind": "prepared-dataset", "schema_version": 1}'])
def test_a_card_of_something_else(transition_artifact, content):
    (transition_artifact / "card.json").write_text(content)
    with pytest.raises(ArtifactError):
        load_tool(transition_artifact)


def test_a_card_that_lacks_a_field(transition_artifact):
    card = json.loads((transition_artifact / "card.json").read_text())
    del card["n_items"]
    (transition_artifact / "card.json").write_text(json.dumps(card))
    with pytest.raises(ArtifactError, match="lacks n_items"):
        load_tool(transition_artifact)


def test_an_altered_file(transition_artifact):
    path = transition_artifact / "weights.safetensors"
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(bytes(content))
    with pytest.raises(ArtifactError, match="altered after training"):
        load_tool(transition_artifact)


def test_a_missing_file(transition_artifact):
    (transition_artifact / "weights.safetensors").unlink()
    with pytest.raises(ArtifactError, match=r"weights\.safetensors"):
        load_tool(transition_artifact)


def test_a_file_outside_the_folder_is_not_read(transition_artifact):
    edit_card(transition_artifact, checksums={"../secret": "0"})
    with pytest.raises(ArtifactError, match="secret"):
        load_tool(transition_artifact)


def test_an_unknown_scorer(transition_artifact):
    edit_card(transition_artifact, scorer="crystal-ball")
    with pytest.raises(ArtifactError, match="crystal-ball"):
        load_tool(transition_artifact)


def test_another_item_map(transition_artifact):
    assert load_tool(transition_artifact, item_map_checksum="map").n_items == 20
    with pytest.raises(ArtifactError, match="another item map"):
        load_tool(transition_artifact, item_map_checksum="other")


def test_a_failure_leaves_the_old_artifact_and_nothing_else(transition_artifact):
    before = (transition_artifact / "card.json").read_bytes()
    with pytest.raises(FileNotFoundError), new_artifact_folder(transition_artifact) as folder:
        (folder / "missing" / "file").write_text("cannot be written")
    assert (transition_artifact / "card.json").read_bytes() == before
    assert [path.name for path in transition_artifact.parent.iterdir()] == [transition_artifact.name]


def test_success_replaces_the_old_artifact(transition_artifact):
    with new_artifact_folder(transition_artifact) as folder:
        (folder / "card.json").write_text("new")
    assert [path.name for path in transition_artifact.iterdir()] == ["card.json"]
    assert [path.name for path in transition_artifact.parent.iterdir()] == [transition_artifact.name]


def test_foreign_folders_are_not_overwritten(tmp_path):
    (tmp_path / "thesis.txt").write_text("years of work")
    with pytest.raises(ArtifactError, match="not a tool artifact"), new_artifact_folder(tmp_path):
        pass
    assert (tmp_path / "thesis.txt").exists()
