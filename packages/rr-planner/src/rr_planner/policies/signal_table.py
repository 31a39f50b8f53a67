"""Signals as a table for trees: a column is what its name says."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rr_planner.errors import InvalidPolicyError, InvalidQueryError
from rr_planner.policies.signals import Signals
from rr_planner.trees import Trees
from rr_planner.types import FloatArray

BEFORE_SELECTION = ("evidence_horizon",)  # signals of one name each that are known then, besides those with a prefix
BEFORE_REASONER = (*BEFORE_SELECTION, "delegate_confidence", "agreement")
AFTER_REASONER = (*BEFORE_REASONER, "reasoner_confidence")
OF_A_TOOL, OF_THE_TEAM = "tool_confidence.", "features."


def check_names(where: str, names: Sequence[str], known: Sequence[str]) -> None:
    """Check that `names` are among the `known` ones, or of a tool or the team.

    Raises:
        InvalidPolicyError: names the first one that is not.
    """
    for name in names:
        if name not in known and not name.startswith((OF_A_TOOL, OF_THE_TEAM)):
            raise InvalidPolicyError(where, repr(name), f"{', '.join(known)}, {OF_A_TOOL}NAME or {OF_THE_TEAM}NAME")


def query_features(*trees: Trees) -> tuple[str, ...]:
    """Return the names of the queries' own features that trees look at."""
    names = {name for one in trees for name in one.features if name.startswith(OF_THE_TEAM)}
    return tuple(sorted(name.removeprefix(OF_THE_TEAM) for name in names))


def signal_table(signals: Signals, names: Sequence[str]) -> FloatArray:
    """Return [B, F] the signals that `names` [F] name; NaN stands for unknown, also for a tool that is not there.

    Names are `evidence_horizon`, `delegate_confidence` (of the tool that would answer), `agreement`,
    `reasoner_confidence`, `tool_confidence.NAME` and `features.NAME`.

    Raises:
        InvalidPolicyError: another name.
        InvalidQueryError: the queries lack a feature, or it is no number.
    """
    check_names("features", names, AFTER_REASONER)
    table = np.full((len(signals), len(names)), np.nan)
    for place, name in enumerate(names):
        if name.startswith(OF_A_TOOL):
            tool = name.removeprefix(OF_A_TOOL)
            if tool in signals.tool_names:
                table[:, place] = signals.tool_confidence[signals.tool_names.index(tool)]
        elif name.startswith(OF_THE_TEAM):
            table[:, place] = numeric_feature(signals.features, name.removeprefix(OF_THE_TEAM))
        else:
            table[:, place] = getattr(signals, name)
    return table


def numeric_feature(features: Mapping[str, NDArray[Any]], name: str) -> FloatArray:
    """Return [B] a feature of the queries as float64.

    Raises:
        InvalidQueryError: it is missing or no number.
    """
    values = features.get(name)
    if values is None or values.dtype.kind not in "biuf":
        received = "nothing" if values is None else f"dtype {values.dtype}"
        raise InvalidQueryError(f"features.{name}", received, "numbers, one a query, as in the outcomes learned from")
    return np.asarray(values, dtype=np.float64)
