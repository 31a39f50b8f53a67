"""The manifest of a prepared dataset: where it came from, how it was made, and the checksum of every file."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

from rr_data.errors import PreparedDatasetError, SchemaVersionError

SCHEMA_VERSION: Final = 2
KIND: Final = "prepared-dataset"
FILE_NAME: Final = "manifest.json"
_BLOCK: Final = 1 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """What `manifest.json` says.

    Attributes:
        name: the dataset's name.
        source: `reader`, and `files` with `name` (base name) and `sha256` of each raw file.
        options: every option that shaped the result.
        counts: `users`, `items`, `interactions`, `rejected`; where there are such, also `reviews`, `explanations`,
            `clicks`, and the numbers of `pictures`, `covers` and `unreadable_pictures`.
        tie_policy: `file` or `hash`, how interactions of equal time were put in order.
        id_seed: the seed of the random codes.
        evidence_horizon: `normalizer` and `thresholds`.
        split: `name` and `options` of the split in force; its parts are in `splits/<name>.parquet`.
        leaks: what the leak checks found, see `rr_data.splits.leaks`.
        checksums: SHA-256 by path inside the folder. Pictures are listed in `images/SHA256SUMS`, which is itself here.
        item_map_checksum: identifies which item each code stands for.
        schema_version: version of the folder's layout.
        kind: always `prepared-dataset`.
    """

    name: str
    source: Mapping[str, Any]
    options: Mapping[str, Any]
    counts: Mapping[str, int]
    tie_policy: str
    id_seed: int
    evidence_horizon: Mapping[str, Any]
    split: Mapping[str, Any]
    leaks: Mapping[str, Any]
    checksums: Mapping[str, str]
    item_map_checksum: str
    schema_version: int = SCHEMA_VERSION
    kind: str = KIND

    def write(self, folder: Path) -> None:
        """Write `manifest.json` into a folder."""
        text = json.dumps(asdict(self), indent=2, ensure_ascii=False)
        (folder / FILE_NAME).write_text(text + "\n", encoding="utf-8")

    @classmethod
    def read(cls, folder: Path) -> Manifest:
        """Read and check `manifest.json`.

        Raises:
            PreparedDatasetError: no folder, no manifest, or one that is not a prepared dataset's.
            SchemaVersionError: a manifest of another version.
        """
        content = _load(folder)
        if content.get("kind") != KIND:
            raise PreparedDatasetError(f"{folder}: kind is {content.get('kind')!r}; expected {KIND!r}")
        version = content.get("schema_version")
        if version != SCHEMA_VERSION:
            raise SchemaVersionError(
                f"{folder}: schema version {version!r}; this rr-data reads version {SCHEMA_VERSION}. {_advice(version)}"
            )
        missing = sorted(set(cls.__dataclass_fields__) - set(content))
        if missing:
            raise PreparedDatasetError(f"{folder}: {FILE_NAME} lacks {', '.join(missing)}; run rr-data prepare again")
        return cls(**{field: content[field] for field in cls.__dataclass_fields__})


def _load(folder: Path) -> dict[str, Any]:
    if not folder.is_dir():
        raise PreparedDatasetError(f"{folder}: no such folder; make it with rr-data prepare SOURCE PATH --out {folder}")
    try:
        content = json.loads((folder / FILE_NAME).read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise PreparedDatasetError(f"{folder}: no {FILE_NAME} in it; expected a folder of rr-data prepare") from None
    except (OSError, ValueError) as error:
        raise PreparedDatasetError(f"{folder}: {FILE_NAME} cannot be read: {error}") from error
    if not isinstance(content, dict):
        raise PreparedDatasetError(f"{folder}: {FILE_NAME} holds {type(content).__name__}; expected an object")
    return content


def _advice(version: object) -> str:
    if isinstance(version, int) and version > SCHEMA_VERSION:
        return "A newer rr-data wrote it: pip install --upgrade rr-data."
    return "Run rr-data prepare again."


def sha256_of(path: Path) -> str:
    """SHA-256 of a file, in hexadecimal."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            digest.update(block)
    return digest.hexdigest()


def item_map_checksum(item_ids: Iterable[str]) -> str:
    """Identify which item each code stands for: SHA-256 over the JSON list of item ids in the order of their codes.

    Example:
        >>> item_map_checksum(["a", "b"]) == item_map_checksum(["b", "a"])
        False
    """
    text = json.dumps(list(item_ids), ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def content_checksum(checksums: Mapping[str, str]) -> str:
    """One checksum over those of all data files, independent of the dataset's name and of where it lies."""
    lines = "".join(f"{checksum}  {name}\n" for name, checksum in sorted(checksums.items()))
    return hashlib.sha256(lines.encode()).hexdigest()
