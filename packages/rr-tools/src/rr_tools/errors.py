"""What can go wrong in rr-tools. Every message says what was received, what is allowed and what to do."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches


class ToolError(Exception):
    """Root of all errors of rr-tools."""


class UnknownModelError(ToolError):
    """No model is registered under this name."""

    def __init__(self, name: str, known: Iterable[str]) -> None:
        """Name the nearest model and list all."""
        known = sorted(known)
        super().__init__(f"no model is named {name!r}{nearest(name, known)}; registered: {', '.join(known)}")


class ConfigError(ToolError):
    """A configuration key is unknown or its value is not allowed."""


class InvalidDataError(ToolError):
    """Training data or queries of the wrong shape, type or range."""


class ArtifactError(ToolError):
    """A tool artifact is missing, incomplete, altered or of another schema version."""


class CheckpointError(ToolError):
    """A checkpoint is damaged, of another schema version, or of another training."""


class ParityError(ToolError):
    """The exported network does not compute what the trained one does."""


class ServeError(ToolError):
    """A loaded tool breaks the contract of serving."""


class MissingExtraError(ToolError):
    """Training needs packages that the base install leaves out."""

    def __init__(self, missing: str) -> None:
        """Say which package is missing and which extra brings it."""
        super().__init__(f"training this model needs {missing}; install it with: pip install 'rr-tools[train]'")


def nearest(name: str, known: Iterable[str]) -> str:
    """Return ', did you mean ...?' for a misspelt name, or '' where nothing is near."""
    matches = get_close_matches(name, list(known), n=1)
    return f", did you mean {matches[0]!r}?" if matches else ""
