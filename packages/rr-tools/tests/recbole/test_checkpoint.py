from __future__ import annotations

import json

import pytest

torch = pytest.importorskip("torch")

from rr_tools import CheckpointError  # noqa: E402
from rr_tools.recbole import checkpoint as module  # noqa: E402
from rr_tools.recbole.checkpoint import Checkpoint, read_checkpoint, write_checkpoint  # noqa: E402


def state(number):
    return Checkpoint({"weight": torch.full((2, 3), float(number)).T}, {"epoch": number, "big": 2**127 + number})


def test_what_is_written_is_read(tmp_path):
    write_checkpoint(tmp_path / "state", state(1), fingerprint="f")
    read = read_checkpoint(tmp_path / "state", fingerprint="f")
    assert read.values == {"epoch": 1, "big": 2**127 + 1}
    assert torch.equal(read.tensors["weight"], torch.ones(3, 2))
    assert read_checkpoint(tmp_path / "nothing", fingerprint="f") is None


def test_a_new_checkpoint_takes_the_place_of_the_old(tmp_path):
    for number in (1, 2, 2):
        write_checkpoint(tmp_path, state(number), fingerprint="f")
    assert read_checkpoint(tmp_path, fingerprint="f").values["epoch"] == 2
    assert sorted(path.suffix for path in tmp_path.iterdir()) == [".json", ".safetensors"]


@pytest.mark.parametrize("failing", ["safetensors", "json"])
def test_dying_while_writing_leaves_the_old_one(tmp_path, monkeypatch, failing):
    write_checkpoint(tmp_path, state(1), fingerprint="f")
    write = module._write

    def dies(path, content):
        if path.suffix == f".{failing}":
            path.with_name(f".{path.name}.partial").write_bytes(content[: len(content) // 2])
            raise KeyboardInterrupt
        write(path, content)

    monkeypatch.setattr(module, "_write", dies)
    with pytest.raises(KeyboardInterrupt):
        write_checkpoint(tmp_path, state(2), fingerprint="f")
    assert read_checkpoint(tmp_path, fingerprint="f").values["epoch"] == 1
    monkeypatch.undo()
    write_checkpoint(tmp_path, state(3), fingerprint="f")
    assert read_checkpoint(tmp_path, fingerprint="f").values["epoch"] == 3


def test_another_training_is_refused(tmp_path):
    write_checkpoint(tmp_path, state(1), fingerprint="one")
    with pytest.raises(CheckpointError, match="another training"):
        read_checkpoint(tmp_path, fingerprint="two")


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        ({"schema_version": 9}, "schema version 1"),
        ({"kind": "cake"}, "schema version 1"),
        ({"tensors": "gone.safetensors"}, "damaged"),
        ({"checksum": "0"}, "altered"),
        (None, "damaged"),
    ],
)
def test_damage_is_named(tmp_path, damage, message):
    write_checkpoint(tmp_path, state(1), fingerprint="f")
    path = tmp_path / "checkpoint.json"
    path.write_text("{" if damage is None else json.dumps({**json.loads(path.read_text()), **damage}))
    with pytest.raises(CheckpointError, match=message):
        read_checkpoint(tmp_path, fingerprint="f")
