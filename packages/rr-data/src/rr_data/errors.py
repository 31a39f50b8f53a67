"""Everything that rr-data raises.

DataError
+-- UnknownNameError         a name that no registry knows; says which known one is nearest
+-- OptionError              an option whose value cannot be used (also a ValueError)
+-- UnreadableSourceError    a raw file that is missing or is not what its reader expects
+-- EmptyDatasetError        nothing is left to prepare
+-- PreparedDatasetError     a folder that is not a whole prepared dataset
|   +-- SchemaVersionError   one that another version of rr-data wrote
|   +-- ChecksumError        one whose files were changed since
+-- ImageError               a folder of pictures that cannot be used
+-- EvidenceError            counts or answers that cannot be graded (also a ValueError)
|   +-- DishonestEvidenceError   tools that answer better inside the traces than on new queries
+-- LeakError                a user-item pair that one task trains on and another tests
+-- TemplateError            a template or a value it needs (also a ValueError)
+-- TraceError               a thought that breaks the grammar (also a ValueError)
+-- MissingExtraError        an optional dependency; names the extra to install (also an ImportError)
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable


class DataError(Exception):
    """Root of the package's errors."""


class UnknownNameError(DataError, LookupError):
    """A name that is not registered.

    Args:
        what: what was looked for, such as `"source"`.
        received: the unknown name.
        known: the names there are.
    """

    def __init__(self, what: str, received: str, known: Iterable[str]) -> None:
        """Compose the message, with the nearest known name where one is near."""
        names = sorted(known)
        near = difflib.get_close_matches(received, names, n=1, cutoff=0.5)
        hint = f" Did you mean {near[0]!r}?" if near else ""
        super().__init__(f"unknown {what} {received!r}.{hint} Known: {', '.join(names)}.")


class OptionError(DataError, ValueError):
    """An option whose value cannot be used."""

    def __init__(self, option: str, received: object, allowed: str) -> None:
        """Name the option, what came, and what is allowed."""
        super().__init__(f"{option}: received {received!r}; expected {allowed}")


class UnreadableSourceError(DataError):
    """A raw file that is missing or is not what its reader expects."""


class EmptyDatasetError(DataError):
    """Nothing is left to prepare."""


class PreparedDatasetError(DataError):
    """A folder that is not a whole prepared dataset."""


class SchemaVersionError(PreparedDatasetError):
    """A prepared dataset of another schema version."""


class ChecksumError(PreparedDatasetError):
    """A prepared dataset whose files differ from its manifest."""


class ImageError(DataError):
    """A folder of pictures that cannot be used."""


class EvidenceError(DataError, ValueError):
    """Counts or tool answers that cannot be graded."""


class DishonestEvidenceError(EvidenceError):
    """Tools answer better inside the thought traces than they do on new queries."""


class LeakError(DataError):
    """A user-item pair stands in one task's training part and in another task's test part."""


class TemplateError(DataError, ValueError):
    """A prompt template, or a value that it needs."""


class TraceError(DataError, ValueError):
    """A thought that breaks the grammar of traces."""


class MissingExtraError(DataError, ImportError):
    """An optional dependency is not installed."""

    def __init__(self, purpose: str, extra: str) -> None:
        """Name the extra to install."""
        super().__init__(f'{purpose} needs the extra {extra!r}: pip install "rr-data[{extra}]"')
