"""Everything that rr-eval raises.

EvalError
+-- PredictionsFileError       a file that is missing or no predictions table (also a ValueError)
|   +-- SchemaVersionError     a predictions table of a schema this version does not know
+-- InvalidPredictionsError    a column is missing or holds what it must not (also a ValueError)
|   +-- InconsistentRankError  `n_ahead` or `n_tied` contradicts the ranked list
+-- UnknownNameError           a metric, system, task or column nobody knows (also a ValueError)
+-- InvalidArgumentError       an argument out of range (also a ValueError)
+-- MissingExtraError          an optional dependency is not installed (also an ImportError)
"""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches


class EvalError(Exception):
    """Root of the package's errors."""


class PredictionsFileError(EvalError, ValueError):
    """A file that cannot be read as, or written as, a predictions table."""


class SchemaVersionError(PredictionsFileError):
    """A predictions table of another schema version."""


class InvalidPredictionsError(EvalError, ValueError):
    """A column that is missing or holds what it must not."""

    def __init__(self, column: str, received: str, expected: str, *, source: str = "predictions") -> None:
        """Name the table, the column, what came and what is allowed."""
        super().__init__(f"{source}: column '{column}': received {received}; expected {expected}")
        self.column = column
        self.received = received
        self.expected = expected


class InconsistentRankError(InvalidPredictionsError):
    """The rank columns contradict the ranked list."""


class UnknownNameError(EvalError, ValueError):
    """A name that is not among the known ones; the message offers the nearest."""

    def __init__(self, kind: str, name: str, known: Iterable[str]) -> None:
        """Name the kind of thing, what was asked for and what there is."""
        names = sorted(known)
        nearest = get_close_matches(name.lower(), [known_name.lower() for known_name in names], n=1, cutoff=0.5)
        guess = next((known_name for known_name in names if nearest and known_name.lower() == nearest[0]), None)
        hint = f"did you mean '{guess}'? " if guess else ""
        super().__init__(f"unknown {kind} '{name}': {hint}known are {', '.join(names) or 'none'}")


class InvalidArgumentError(EvalError, ValueError):
    """An argument out of range."""

    def __init__(self, name: str, received: object, expected: str) -> None:
        """Name the argument, what came and what is allowed."""
        super().__init__(f"{name}: received {received}; expected {expected}")


class MissingExtraError(EvalError, ImportError):
    """An optional dependency is not installed."""

    def __init__(self, package: str, extra: str) -> None:
        """Say which package is missing and how to get it."""
        super().__init__(f"{package} is not installed: install it with  pip install 'rr-eval[{extra}]'")
