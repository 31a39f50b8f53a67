"""What can go wrong in rr-vlm: every error derives from `VlmError` and says what was wrong and what to do."""

from __future__ import annotations


class VlmError(Exception):
    """The root of the errors of rr-vlm."""


class MissingExtraError(VlmError, ImportError):
    """A feature needs packages of an extra that is not installed."""

    def __init__(self, feature: str, package: str, extra: str) -> None:
        """Say which `extra` brings the missing `package` that `feature` needs."""
        super().__init__(f"{feature} needs the package {package!r}: install it with `pip install 'rr-vlm[{extra}]'`")


class InputError(VlmError, ValueError):
    """An argument has a value that is not allowed."""

    def __init__(self, argument: str, received: object, allowed: str) -> None:
        """Name the `argument`, what was `received` and what is `allowed`."""
        super().__init__(f"{argument}: got {received}, allowed is {allowed}")


class ArtifactError(VlmError):
    """A saved model, cache or data file is missing, damaged or of another version."""


class TraceError(VlmError, ValueError):
    """A thought does not follow the grammar of `rr_data.interfaces.Trace`."""
