"""The tool that promises most in a query, learned from outcomes."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from rr_planner.errors import InvalidPolicyError
from rr_planner.json_file import read_learned, write_learned
from rr_planner.policies.policy import content_hash
from rr_planner.policies.settings import reject_unknown
from rr_planner.policies.signal_table import BEFORE_SELECTION, check_names, query_features, signal_table
from rr_planner.policies.signals import Signals
from rr_planner.selection import BestOverall, Selection, best_of
from rr_planner.trees import Trees
from rr_planner.types import FloatArray, IntArray

KIND = "rr-planner-selection"


@dataclass(frozen=True, slots=True, eq=False)
class MostUseful:
    """The tool whose answer promises most, learned from past outcomes by `fit_selection`; applied with NumPy alone.

    Of equally promising tools the first in the order given. A tool that nothing was learned about is taken only where
    no other answered.

    Args:
        usefulness: by tool, the gain to expect of its answer, from the evidence horizon, the tools' confidences
            (`tool_confidence.NAME`) and the team's own features (`features.NAME`).

    Raises:
        InvalidPolicyError: trees look at something that is not known when a tool is selected.
    """

    usefulness: Mapping[str, Trees]

    def __post_init__(self) -> None:
        """Check what the trees look at."""
        for tool, trees in self.usefulness.items():
            check_names(f"usefulness.{tool}.features", trees.features, BEFORE_SELECTION)

    def required(self, tool_names: Sequence[str]) -> tuple[str, ...]:
        """All of them."""
        return tuple(tool_names)

    def select(self, signals: Signals, answered: NDArray[np.bool_]) -> IntArray:
        """[B] the most promising tool that answered.

        Raises:
            InvalidQueryError: the queries lack a feature that the usefulness was learned from.
        """
        return best_of(np.where(answered, self.expected(signals), -np.inf))

    def expected(self, signals: Signals) -> FloatArray:
        """[T, B] the gain to expect of each tool's answer; the least number where nothing was learned about it."""
        gain = np.full(signals.tool_confidence.shape, np.finfo(np.float64).min)
        for place, name in enumerate(signals.tool_names):
            if name in self.usefulness:
                trees = self.usefulness[name]
                gain[place] = trees(signal_table(signals, trees.features))
        return gain

    @property
    def query_features(self) -> tuple[str, ...]:
        """Features that every query must have."""
        return query_features(*self.usefulness.values())

    @property
    def hash(self) -> str:
        """Twelve hexadecimal digits over the trees."""
        return content_hash(self.to_dict())

    def to_dict(self) -> dict[str, Any]:
        """Return JSON values."""
        return {"usefulness": {name: trees.to_dict() for name, trees in self.usefulness.items()}}

    @classmethod
    def from_dict(cls, settings: Mapping[str, Any]) -> Self:
        """Read `to_dict` back.

        Raises:
            InvalidPolicyError: a key is unknown or missing, or what it holds are no trees.
        """
        reject_unknown(settings, ("usefulness",))
        by_tool = settings.get("usefulness")
        if not isinstance(by_tool, Mapping) or not all(isinstance(one, Mapping) for one in by_tool.values()):
            raise InvalidPolicyError("usefulness", type(by_tool).__name__, "trees by tool")
        return cls({name: Trees.from_dict(trees) for name, trees in by_tool.items()})

    def save(self, path: str | os.PathLike[str], *, calibration: Mapping[str, Any] | None = None) -> None:
        """Write it as JSON, with the figures of its fit if given.

        Raises:
            OSError: the file cannot be written; an older one stays as it was.
        """
        write_learned(path, self, kind=KIND, calibration=calibration)

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> Self:
        """Read what `save` wrote.

        Raises:
            InvalidPolicyError: the file is missing or no JSON, of another kind or version, or was edited. The message
                starts with the path.
        """
        return read_learned(path, cls.from_dict, kind=KIND, holds="a selection")


def named_selection(name: str, folder: Path = Path()) -> Selection:
    """Return the selection that a configuration names: a tool, or a `.json` file of `MostUseful` in the folder.

    Raises:
        InvalidPolicyError: the file cannot be read.
    """
    return MostUseful.load(folder / name) if name.endswith(".json") else BestOverall(name)
