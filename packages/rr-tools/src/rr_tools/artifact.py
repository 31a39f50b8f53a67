"""The tool artifact: a folder with a card and either a network or arrays (schema version 1, `docs/interfaces.md`)."""

from __future__ import annotations

import hashlib
import json
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

from rr_tools.errors import ArtifactError

SCHEMA_VERSION = 1
KIND = "tool-artifact"
CARD_FILE = "card.json"
NETWORK_FILE = "model.onnx"
WEIGHTS_FILE = "weights.safetensors"
TENSORS_FILE = "network.safetensors"  # of the trained network: what `rr-tools export` reads, and serving does not


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolCard:
    """What an artifact says about itself.

    Attributes:
        name: how a planner calls the tool.
        model: registered name of the model that was trained.
        task: what it answers: "sequential" (reads the history) or "direct" (reads the user).
        scorer: kind of computation that serves it, see `rr_tools.runtime.scorers`.
        n_items: size of the catalogue.
        max_length: history items it reads; 0 for none.
        flops_per_query: floating-point operations of one query over the whole catalogue, ranking excluded.
        item_map_checksum: the map from item ids to codes it was trained with.
        dataset_checksum: the dataset it was trained on.
        config: every option of the model.
        seed: seed of the training.
        metrics: numbers from training, by name.
        command: command line that trains it again.
        calibration: the confidence model, or None.
        checksums: SHA-256 by file.
    """

    name: str
    model: str
    task: str
    scorer: str
    n_items: int
    max_length: int
    flops_per_query: float
    item_map_checksum: str
    dataset_checksum: str
    config: Mapping[str, Any]
    seed: int
    metrics: Mapping[str, float]
    command: str
    calibration: Mapping[str, Any] | None
    checksums: Mapping[str, str]
    schema_version: int = SCHEMA_VERSION
    kind: str = KIND


@dataclass(frozen=True, slots=True)
class Artifact:
    """An artifact whose card was read and whose files were verified."""

    folder: Path
    card: ToolCard
    files: Mapping[str, bytes]

    def file(self, name: str) -> bytes:
        """Return a file's content.

        Raises:
            ArtifactError: the artifact has no such file.
        """
        if name not in self.files:
            raise ArtifactError(f"{self.folder} has no {name}; its card lists {', '.join(self.files)}")
        return self.files[name]


def read_card(folder: str | Path) -> ToolCard:
    """Read an artifact's card.

    Raises:
        ArtifactError: the folder is missing or no artifact, or the card is damaged or of another schema version.
    """
    folder = Path(folder)
    path = folder / CARD_FILE
    if not folder.is_dir():
        raise ArtifactError(
            f"there is no folder {folder}; train a tool into it with: rr-tools train NAME DATA --out {folder}"
        )
    if not path.is_file():
        raise ArtifactError(f"{folder} is not a tool artifact: it has no {CARD_FILE}")
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise ArtifactError(f"{path} is not JSON ({error}); train the tool again") from error
    return _card(path, content)


def read_artifact(folder: str | Path) -> Artifact:
    """Read an artifact's card and files, and verify their checksums.

    Raises:
        ArtifactError: as `read_card`, or a file is missing or was altered after training.
    """
    folder, card = Path(folder), read_card(folder)
    files: dict[str, bytes] = {}
    for name, expected in card.checksums.items():
        path = folder / name
        if Path(name).name != name or not path.is_file():
            raise ArtifactError(
                f"{folder} is incomplete: it has no {name}; copy the whole folder or train the tool again"
            )
        files[name] = path.read_bytes()
        if checksum(files[name]) != expected:
            raise ArtifactError(
                f"{path} was altered after training (its SHA-256 differs from the card's); train it again"
            )
    return Artifact(folder=folder, card=card, files=files)


def write_card(folder: Path, card: ToolCard) -> None:
    """Write `card.json`, replacing the one that is there in one step."""
    temporary = folder / f".{CARD_FILE}.tmp"
    temporary.write_text(json.dumps(asdict(card), indent=2, allow_nan=False) + "\n", encoding="utf-8")
    temporary.replace(folder / CARD_FILE)


def checksum(content: bytes) -> str:
    """Return the SHA-256 of a file's content."""
    return hashlib.sha256(content).hexdigest()


@contextmanager
def new_artifact_folder(out: Path) -> Iterator[Path]:
    """Yield an empty folder beside `out` that takes its place when the block ends well and vanishes when it fails.

    Raises:
        ArtifactError: `out` exists and is neither empty nor a tool artifact.
    """
    check_replaceable(out)
    out.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=f".{out.name}.", dir=out.parent) as scratch:
        fresh = Path(scratch) / "new"
        fresh.mkdir()
        yield fresh
        if out.exists():
            out.replace(Path(scratch) / "old")
        fresh.replace(out)


def check_replaceable(out: Path) -> None:
    """Refuse to overwrite what is no tool artifact.

    Raises:
        ArtifactError: `out` exists and is neither an empty folder nor a tool artifact.
    """
    if out.exists() and not (out.is_dir() and (not any(out.iterdir()) or (out / CARD_FILE).is_file())):
        raise ArtifactError(f"{out} exists and is not a tool artifact; choose another folder or remove it")


def _card(path: Path, content: Any) -> ToolCard:
    if not isinstance(content, dict) or content.get("kind") != KIND:
        raise ArtifactError(f"{path} does not describe a tool artifact (kind is not {KIND!r})")
    version = content.get("schema_version")
    if version != SCHEMA_VERSION:
        raise ArtifactError(
            f"{path} has schema version {version!r}; this rr-tools reads version {SCHEMA_VERSION}: "
            "train the tool again or install the rr-tools that wrote it"
        )
    names = {field.name for field in fields(ToolCard)}
    if missing := sorted(names - set(content)):
        raise ArtifactError(f"{path} lacks {', '.join(missing)}; train the tool again")
    return ToolCard(**{name: content[name] for name in names})
