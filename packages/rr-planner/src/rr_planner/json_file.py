"""JSON files of learned settings: strict to read, written whole or not at all, with a hash over their content."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from rr_planner.errors import InvalidPolicyError


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
