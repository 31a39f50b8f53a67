"""Policies as JSON files: strict to read, written whole or not at all."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

from rr_planner.errors import InvalidPolicyError
from rr_planner.json_file import expect, read_json, write_json
from rr_planner.policies.bands import Bands
from rr_planner.policies.expected_benefit import ExpectedBenefit
from rr_planner.policies.settings import reject_unknown

KIND, SCHEMA_VERSION = "rr-planner-policy", 1
_KEYS = ("kind", "schema_version", "policy", "settings", "hash", "calibration")
FilePolicy = Bands | ExpectedBenefit
_POLICIES: Mapping[str, type[FilePolicy]] = {"bands": Bands, "expected-benefit": ExpectedBenefit}


def save_policy(
    policy: FilePolicy, path: str | os.PathLike[str], *, calibration: Mapping[str, Any] | None = None
) -> None:
    """Write a policy file, with the figures of its calibration if given.

    Raises:
        OSError: the file cannot be written; an older one stays as it was.
    """
    content: dict[str, Any] = {"kind": KIND, "schema_version": SCHEMA_VERSION, "policy": policy.name}
    content |= {"settings": policy.to_dict(), "hash": policy.hash}
    if calibration is not None:
        content["calibration"] = dict(calibration)
    write_json(path, content, indent=2 if isinstance(policy, Bands) else None)


def load_policy(path: str | os.PathLike[str]) -> FilePolicy:
    """Read a policy file.

    Raises:
        InvalidPolicyError: the file is missing or no JSON, a key is unknown, a value is out of range, a rule is dead,
            the version is another one, or the settings were edited after the hash was written. The message starts with
            the path.
    """
    content = read_json(path, holds="a policy file")
    try:
        return _policy_of(content)
    except InvalidPolicyError as error:
        raise InvalidPolicyError(f"{path}: {error.field}", error.received, error.allowed) from None


def load_calibration(path: str | os.PathLike[str]) -> dict[str, Any]:
    """Read the figures of its calibration from a policy file; nothing where there are none.

    Raises:
        InvalidPolicyError: as `load_policy`.
    """
    load_policy(path)
    figures = read_json(path, holds="a policy file").get("calibration", {})
    if not isinstance(figures, dict):
        raise InvalidPolicyError(f"{path}: calibration", type(figures).__name__, "a JSON object")
    return figures


def _policy_of(content: Mapping[str, Any]) -> FilePolicy:
    reject_unknown(content, _KEYS)
    expect(content, kind=KIND, schema_version=SCHEMA_VERSION)
    kind = str(content.get("policy"))
    if kind not in _POLICIES:
        raise InvalidPolicyError("policy", repr(kind), f"one of {', '.join(_POLICIES)}")
    settings = content.get("settings")
    if not isinstance(settings, dict):
        raise InvalidPolicyError("settings", repr(settings), "the settings of the policy, by name")
    policy = _POLICIES[kind].from_dict(settings)
    if content.get("hash", policy.hash) != policy.hash:
        allowed = f"{policy.hash!r}; remove the keys hash and calibration if the settings were edited on purpose"
        raise InvalidPolicyError("hash", repr(content["hash"]), allowed)
    return policy
