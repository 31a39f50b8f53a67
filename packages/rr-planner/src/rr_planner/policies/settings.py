"""Strict reading of settings: unknown keys are errors that name the nearest right one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from typing import Any

from rr_planner.errors import InvalidPolicyError


def reject_unknown(settings: Mapping[str, Any], known: Iterable[str], *, prefix: str = "") -> None:
    """Raise on the first key that is not in `known`.

    Raises:
        InvalidPolicyError: names the key, the nearest right one if any is near, else all of them.
    """
    allowed = tuple(known)
    for key in settings:
        if key not in allowed:
            near = get_close_matches(str(key), allowed, n=1)
            expected = f"{prefix}{near[0]} (did you mean that?)" if near else f"one of {', '.join(allowed)}"
            raise InvalidPolicyError(f"{prefix}{key}", "an unknown key", expected)
