"""JSON files of learned settings: strict to read, written whole or not at all, with a hash over their content."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Protocol, TypeVar

from rr_planner.errors import InvalidPolicyError
from rr_planner.policies.settings import reject_unknown

SCHEMA_VERSION = 1
_KEYS = ("kind", "schema_version", "settings", "hash", "calibration")


class Learned(Protocol):
    """What was learned from outcomes and can be kept as JSON."""

    @property
    def hash(self) -> str:
        """Twelve hexadecimal digits over `to_dict`."""
        ...

    def to_dict(self) -> dict[str, Any]:
        """Return JSON values."""
        ...


L = TypeVar("L", bound=Learned)


def write_learned(
    path: str | os.PathLike[str], learned: Learned, *, kind: str, calibration: Mapping[str, Any] | None = None
) -> None:
    """Write what was learned, with its kind, version, hash and the figures of its fit if given.

    Raises:
        OSError: the file cannot be written; an older one stays as it was.
    """
    content: dict[str, Any] = {"kind": kind, "schema_version": SCHEMA_VERSION, "hash": learned.hash}
    if calibration is not None:
        content["calibration"] = dict(calibration)
    write_json(path, {**content, "settings": learned.to_dict()}, indent=None)


def read_learned(path: str | os.PathLike[str], make: Callable[[dict[str, Any]], L], *, kind: str, holds: str) -> L:
    """Read what `write_learned` wrote.

    Raises:
        InvalidPolicyError: the file is missing or no JSON, of another kind or version, or was edited, or `make` refuses
            its settings. The message starts with the path.
    """
    content = read_json(path, holds=holds)
    try:
        reject_unknown(content, _KEYS)
        expect(content, kind=kind, schema_version=SCHEMA_VERSION)
        settings = content.get("settings")
        if not isinstance(settings, dict):
            raise InvalidPolicyError("settings", type(settings).__name__, "a JSON object")
        learned = make(settings)
        expect(content, hash=learned.hash)
    except InvalidPolicyError as error:
        raise InvalidPolicyError(f"{path}: {error.field}", error.received, error.allowed) from None
    return learned


def write_json(path: str | os.PathLike[str], content: Mapping[str, Any], *, indent: int | None = 2) -> None:
    """Write a file; an older one stays as it was if that fails.

    Raises:
        OSError: the file cannot be written.
    """
    target = Path(path)
    draft = target.with_name(f".{target.name}.{os.getpid()}.tmp")
    try:
        draft.write_text(json.dumps(content, indent=indent) + "\n", encoding="utf-8")
        draft.replace(target)
    finally:
        draft.unlink(missing_ok=True)


def read_json(path: str | os.PathLike[str], *, holds: str) -> dict[str, Any]:
    """Read a file that holds one JSON object.

    Raises:
        InvalidPolicyError: it is missing or holds something else.
    """
    try:
        content = json.loads(Path(path).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise InvalidPolicyError(f"{path}", f"a file that cannot be read ({error})", f"{holds} in JSON") from None
    if not isinstance(content, dict):
        raise InvalidPolicyError(f"{path}: content", type(content).__name__, "a JSON object")
    return content


def expect(content: Mapping[str, Any], **values: object) -> None:
    """Check the keys that say what a file is.

    Raises:
        InvalidPolicyError: a key is missing or has another value.
    """
    for key, expected in values.items():
        if content.get(key) != expected:
            raise InvalidPolicyError(key, repr(content.get(key)), repr(expected))
