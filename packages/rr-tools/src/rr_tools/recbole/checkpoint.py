"""The state of a training on disk, from which it goes on as if it had never stopped.

A folder with `checkpoint.json` and one safetensors file that it names. The tensors are written first, under a new name;
replacing the JSON file is what makes them count. Whatever moment the process is killed at, the folder holds a whole
checkpoint, the last or the one before.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from safetensors import SafetensorError
from safetensors.torch import load as load_tensors
from safetensors.torch import save as save_tensors
from torch import Tensor

from rr_tools.errors import CheckpointError

STATE_FILE = "checkpoint.json"
SCHEMA_VERSION = 1
KIND = "training-checkpoint"


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """What is kept: tensors by name, everything else as JSON."""

    tensors: Mapping[str, Tensor]
    values: Mapping[str, Any]


def write_checkpoint(folder: Path, checkpoint: Checkpoint, *, fingerprint: str) -> None:
    """Write a checkpoint in the place of the one that is there, in one step.

    Args:
        folder: is made if need be.
        checkpoint: what to keep.
        fingerprint: names the training.
    """
    folder.mkdir(parents=True, exist_ok=True)
    content = save_tensors({name: tensor.contiguous() for name, tensor in checkpoint.tensors.items()})
    digest = hashlib.sha256(content).hexdigest()
    tensors = folder / f"{digest[:16]}.safetensors"
    _write(tensors, content)
    state = {
        "schema_version": SCHEMA_VERSION,
        "kind": KIND,
        "fingerprint": fingerprint,
        "tensors": tensors.name,
        "checksum": digest,
        "values": checkpoint.values,
    }
    _write(folder / STATE_FILE, json.dumps(state, indent=2).encode())
    for old in folder.glob("*.safetensors"):
        if old.name != tensors.name:
            old.unlink()


def read_checkpoint(folder: Path, *, fingerprint: str) -> Checkpoint | None:
    """Return the checkpoint of a folder, or None where there is none.

    Raises:
        CheckpointError: it is damaged, of another schema version, or another training's.
    """
    path = folder / STATE_FILE
    if not path.exists():
        return None
    try:
        state = json.loads(path.read_text(encoding="utf-8"))
        if (state["kind"], state["schema_version"]) != (KIND, SCHEMA_VERSION):
            raise CheckpointError(f"{path} is no checkpoint of schema version {SCHEMA_VERSION}; remove {folder}")
        if state["fingerprint"] != fingerprint:
            raise CheckpointError(
                f"{folder} holds the checkpoint of another training (model, options, seed or data differ); "
                "give this one another folder, or remove that one"
            )
        content = (folder / Path(state["tensors"]).name).read_bytes()
        if hashlib.sha256(content).hexdigest() != state["checksum"]:
            raise CheckpointError(f"{folder}: the tensors were altered; remove the folder and train again")
        return Checkpoint(load_tensors(content), state["values"])
    except (OSError, ValueError, KeyError, TypeError, SafetensorError) as error:
        raise CheckpointError(f"{folder}: the checkpoint is damaged ({error}); remove it and train again") from error


def _write(path: Path, content: bytes) -> None:
    partial = path.with_name(f".{path.name}.partial")
    with partial.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    partial.replace(path)
