"""Fitting boosted trees with LightGBM (the extra `calibration`), the only file that imports it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from importlib import import_module
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rr_planner.errors import CalibrationError, MissingExtraError
from rr_planner.trees import MOST_LEAVES, Trees
from rr_planner.types import FloatArray, IntArray

_REGRESSION: Mapping[str, Any] = {
    "objective": "regression",
    "metric": "l2",
    "feature_fraction": 0.8,
    "bagging_fraction": 0.8,
    "bagging_freq": 1,
}
# Nothing is drawn: LightGBM draws rows, and groups without their relevant row, or without its rivals, teach less.
_RANKING: Mapping[str, Any] = {
    "objective": "lambdarank",
    "metric": "ndcg",
    "eval_at": [5],
    "lambdarank_truncation_level": 20,
}
_EMPTY_NODE: Mapping[str, Any] = {"feature": -1, "threshold": 0.0, "left": -1, "right": -1, "missing_left": False}


@dataclass(frozen=True, slots=True, kw_only=True)
class Boosting:
    """How trees are boosted. The defaults suit some ten thousand rows and more.

    Args:
        rounds: most trees; the held-out rows say when to stop.
        leaves: most leaves of a tree, in [2, 64].
        learning_rate: share of a tree that is added.
        rows_per_leaf: fewest rows in a leaf.
        patience: trees without a better held-out score before fitting stops.

    Raises:
        CalibrationError: an option is out of range.
    """

    rounds: int = 200
    leaves: int = 31
    learning_rate: float = 0.05
    rows_per_leaf: int = 50
    patience: int = 20

    def __post_init__(self) -> None:
        """Check ranges."""
        for name, value in asdict(self).items():
            if not value > 0 or (name == "leaves" and not 2 <= value <= MOST_LEAVES):
                allowed = f"in [2, {MOST_LEAVES}]" if name == "leaves" else "above 0"
                raise CalibrationError(f"boosting.{name}", f"{value}", f"a number {allowed}")


@dataclass(frozen=True, slots=True, eq=False)
class Rows:
    """M rows to learn from.

    Attributes:
        table: [M, F] features; NaN stands for unknown.
        target: [M] what to predict; in a ranking 1 for the relevant row of a group, else 0.
        groups: sizes of the groups of consecutive rows that are ranked together; None in a regression.
    """

    table: FloatArray
    target: FloatArray
    groups: IntArray | None = None


def boost(
    features: Sequence[str],
    rows: Rows,
    *,
    options: Boosting,
    held_out: Rows | None = None,
    monotone: Mapping[str, int] | None = None,
    rounds: int | None = None,
    seed: int = 0,
) -> tuple[Trees, int]:
    """Fit trees that rank the rows of each group (LambdaMART, Burges 2010) or, without groups, predict the target.

    Args:
        features: F names.
        rows: to fit on.
        options: how.
        held_out: rows whose NDCG@5, or squared error, says when to stop.
        monotone: by feature 1 where the sum must not fall with it, -1 where it must not rise.
        rounds: exactly so many trees, instead of stopping early.
        seed: of the draws of rows and features.

    Returns:
        The trees, and how many.

    Raises:
        MissingExtraError: LightGBM is not installed.
    """
    lightgbm = _lightgbm()
    settings: dict[str, Any] = {
        **(_REGRESSION if rows.groups is None else _RANKING),
        "num_leaves": options.leaves,
        "learning_rate": options.learning_rate,
        "min_data_in_leaf": options.rows_per_leaf,
        "seed": seed,
        "deterministic": True,
        "force_row_wise": True,
        "num_threads": 1,
        "verbosity": -1,
    }
    if monotone:
        settings["monotone_constraints"] = [monotone.get(name, 0) for name in features]
    data = lightgbm.Dataset(rows.table, rows.target, group=rows.groups, params=settings)
    watch: dict[str, Any] = {}
    if held_out is not None:
        watched = lightgbm.Dataset(held_out.table, held_out.target, group=held_out.groups, reference=data)
        watch = {"valid_sets": [watched]}
        watch |= {"callbacks": [lightgbm.early_stopping(options.patience, verbose=False)]}
    booster = lightgbm.train(settings, data, num_boost_round=rounds or options.rounds, **watch)
    count = booster.best_iteration if held_out is not None else booster.current_iteration()
    return trees_of(booster, features, count), count


def trees_of(booster: Any, features: Sequence[str], count: int | None = None) -> Trees:
    """Return a LightGBM booster's first `count` trees, or all, as arrays.

    Raises:
        CalibrationError: it splits on categories, or takes zeros for missing.
    """
    dumped = booster.dump_model(num_iteration=count)
    nodes: dict[str, list[Any]] = {
        name: [] for name in ("feature", "threshold", "left", "right", "missing_left", "value")
    }
    roots = [_append(nodes, tree["tree_structure"]) for tree in dumped["tree_info"]]
    return Trees.from_dict({"features": list(features), "root": roots, **nodes})


def _append(nodes: dict[str, list[Any]], node: Mapping[str, Any]) -> int:
    """Append a node and all below it; return its number."""
    number = len(nodes["feature"])
    leaf = "leaf_value" in node
    for name, value in _EMPTY_NODE.items():
        nodes[name].append(value)
    nodes["value"].append(float(node["leaf_value"]) if leaf else 0.0)
    if leaf:
        return number
    if node["decision_type"] != "<=" or node["missing_type"] == "Zero":
        raise CalibrationError("booster", f"a split by {node['decision_type']}", "numeric splits, zeros being numbers")
    nodes["feature"][number] = int(node["split_feature"])
    nodes["threshold"][number] = float(node["threshold"])
    # Without a direction of their own, LightGBM takes missing values for 0.
    nodes["missing_left"][number] = bool(
        node["default_left"] if node["missing_type"] == "NaN" else node["threshold"] >= 0
    )
    nodes["left"][number] = _append(nodes, node["left_child"])
    nodes["right"][number] = _append(nodes, node["right_child"])
    return number


def held_out_users(users: NDArray[Any], share: float, seed: int) -> NDArray[np.bool_]:
    """Return [B] whether a query is held out; all queries of a user are on the same side."""
    names, place = np.unique(users, return_inverse=True)
    order = np.random.default_rng(seed).permutation(len(names))
    return np.asarray((order < share * len(names))[place.ravel()])


def _lightgbm() -> Any:
    try:
        return import_module("lightgbm")  # belongs to the extra
    except ModuleNotFoundError:
        raise MissingExtraError("calibration", "lightgbm") from None
