"""Policies as JSON files: strict to read, written whole or not at all."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from rr_planner.errors import InvalidPolicyError
from rr_planner.policies.bands import Bands
from rr_planner.policies.settings import reject_unknown

KIND, SCHEMA_VERSION = "rr-planner-policy", 1
_KEYS = ("kind", "schema_version", "policy", "settings", "hash", "calibration")


def save_policy(policy: Bands, path: str | os.PathLike[str], *, calibration: Mapping[str, Any] | None = None) -> None:
    """Write a policy file, with the figures of its calibration if given.

    Raises:
        OSError: the file cannot be written; an older one stays as it was.
    """
    content: dict[str, Any] = {"kind": KIND, "schema_version": SCHEMA_VERSION, "policy": policy.name}
    content |= {"settings": policy.to_dict(), "hash": policy.hash}
    if calibration is not None:
        content["calibration"] = dict(calibration)
    target = Path(path)
    draft = target.with_name(f".{target.name}.{os.getpid()}.tmp")
    try:
        draft.write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")
        draft.replace(target)
    finally:
        draft.unlink(missing_ok=True)


def load_policy(path: str | os.PathLike[str]) -> Bands:
    """Read a policy file.

    Raises:
        InvalidPolicyError: the file is missing or no JSON, a key is unknown, a value is out of range, the version is
            another one, or the settings were edited after the hash was written. The message starts with the path.
    """
    try:
        content = json.loads(Path(path).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise InvalidPolicyError(f"{path}", f"a file that cannot be read ({error})", "a policy file in JSON") from None
    try:
        return _policy_of(content)
    except InvalidPolicyError as error:
        raise InvalidPolicyError(f"{path}: {error.field}", error.received, error.allowed) from None


def _policy_of(content: object) -> Bands:
    if not isinstance(content, dict):
        raise InvalidPolicyError("content", type(content).__name__, "a JSON object")
    reject_unknown(content, _KEYS)
    for key, expected in (("kind", KIND), ("schema_version", SCHEMA_VERSION), ("policy", "bands")):
        if content.get(key) != expected:
            raise InvalidPolicyError(key, repr(content.get(key)), repr(expected))
    settings = content.get("settings")
    if not isinstance(settings, dict):
        raise InvalidPolicyError("settings", repr(settings), "the thresholds of the bands, by name")
    policy = Bands.from_dict(settings)
    if content.get("hash", policy.hash) != policy.hash:
        allowed = f"{policy.hash!r}; remove the keys hash and calibration if the settings were edited on purpose"
        raise InvalidPolicyError("hash", repr(content["hash"]), allowed)
    return policy
