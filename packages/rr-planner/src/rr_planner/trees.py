"""Boosted regression trees as flat arrays, applied with NumPy alone.

Fitted elsewhere (`rr_planner.calibration.boosting`), kept as JSON, and the one way in which this package applies
anything learned from many features.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from rr_planner.errors import InvalidPolicyError
from rr_planner.policies.settings import reject_unknown
from rr_planner.types import FloatArray, IntArray

MOST_LEAVES = 64  # a tree's leaves are the bits of one word
_ROWS_PER_CHUNK = 128  # larger ones leave the cache and ask the system for new pages


@dataclass(frozen=True, slots=True, eq=False)
class Trees:
    """A sum of T binary trees with N nodes in all, each with at most 64 leaves.

    A row goes left at an inner node where its value is at most the threshold, right where it is above, and where
    `missing_left` says if it is NaN.

    Attributes:
        features: names of the columns that `__call__` expects.
        root: [T] the first node of each tree; the nodes of a tree follow it.
        feature: [N] column that an inner node looks at; -1 at a leaf.
        threshold: [N] float64; 0 at a leaf.
        left: [N] node; -1 at a leaf.
        right: [N] node; -1 at a leaf.
        missing_left: [N] bool; False at a leaf.
        value: [N] what a leaf adds to the sum; 0 at an inner node.

    Raises:
        InvalidPolicyError: the arrays are no trees; the message says where.

    Example:
        >>> stump = Trees(features=("age",), root=[0], feature=[0, -1, -1], threshold=[30.0, 0, 0], left=[1, -1, -1],
        ...               right=[2, -1, -1], missing_left=[True, False, False], value=[0, -1.0, 1.0])
        >>> stump([[20.0], [31.0], [float("nan")]]).tolist()
        [-1.0, 1.0, -1.0]
    """

    features: tuple[str, ...]
    root: IntArray
    feature: IntArray
    threshold: FloatArray
    left: IntArray
    right: IntArray
    missing_left: NDArray[np.bool_]
    value: FloatArray
    _applied: _Exits | _Stumps = field(init=False, repr=False)

    def __post_init__(self) -> None:
        """Check the arrays and prepare them to be applied."""
        object.__setattr__(self, "features", tuple(self.features))
        for name, kind in _KINDS.items():
            object.__setattr__(self, name, _array(name, getattr(self, name), kind))
        sizes = {name: len(getattr(self, name)) for name in _KINDS if name != "root"}
        if len(set(sizes.values())) > 1 or len(self.root) == 0:
            raise InvalidPolicyError("trees", f"arrays of {sizes} nodes", "at least one tree, arrays of equal length")
        if not np.isfinite(self.value).all():
            raise InvalidPolicyError("trees.value", "a leaf that is not finite", "finite numbers")
        exits = _Exits.of(self)  # checks that they are trees
        object.__setattr__(self, "_applied", _Stumps.of(self) if _Stumps.are(self) else exits)

    def __call__(self, table: ArrayLike) -> FloatArray:
        """Return [M] the sums for the rows of a table [M, F]; NaN stands for unknown.

        Raises:
            InvalidPolicyError: the table has another width.
        """
        rows = np.asarray(table, dtype=np.float64)
        if rows.ndim != 2 or rows.shape[1] != len(self.features):
            raise InvalidPolicyError("table", f"shape {rows.shape}", f"[M, {len(self.features)}], a column a feature")
        return self._applied.sums(rows)

    def to_dict(self) -> dict[str, Any]:
        """Return JSON values."""
        return {"features": list(self.features), **{name: getattr(self, name).tolist() for name in _KINDS}}

    @classmethod
    def from_dict(cls, settings: Mapping[str, Any]) -> Self:
        """Read `to_dict` back.

        Raises:
            InvalidPolicyError: a key is unknown or missing, or the arrays are no trees.
        """
        reject_unknown(settings, [one.name for one in fields(cls) if one.init], prefix="trees.")
        missing = [one.name for one in fields(cls) if one.init and one.name not in settings]
        if missing:
            raise InvalidPolicyError("trees", f"no {missing[0]!r}", "the arrays that Trees.to_dict writes")
        names = settings["features"]
        if not isinstance(names, (list, tuple)) or not all(isinstance(one, str) for one in names):
            raise InvalidPolicyError("trees.features", repr(names), "a list of names")
        return cls(**settings)


_KINDS: Mapping[str, Any] = {
    "root": np.int64,
    "feature": np.int64,
    "threshold": np.float64,
    "left": np.int64,
    "right": np.int64,
    "missing_left": np.bool_,
    "value": np.float64,
}


@dataclass(frozen=True, slots=True, eq=False)
class _Stumps:
    """Adds up trees with at most one split each.

    What the splits of one feature add together depends only on how many of their thresholds lie below its value.

    Attributes:
        tables: by feature that is looked at: its column; its thresholds as `_places` wants them; [thresholds + 1] what
            is added after 0, 1, ... of them lie below the value, and last where the value is unknown.
        base: what is added to every row.
    """

    tables: tuple[tuple[int, FloatArray, FloatArray], ...]
    base: float

    @staticmethod
    def are(trees: Trees) -> bool:
        return int(np.count_nonzero(trees.feature >= 0)) <= len(np.unique(trees.root[trees.feature[trees.root] >= 0]))

    @classmethod
    def of(cls, trees: Trees) -> _Stumps:
        split = trees.root[trees.feature[trees.root] >= 0]
        low, high = trees.value[trees.left[split]], trees.value[trees.right[split]]
        unknown = np.where(trees.missing_left[split], low, high)
        tables = []
        for column in np.unique(trees.feature[split]).tolist():
            own = np.flatnonzero(trees.feature[split] == column)
            own = own[np.argsort(trees.threshold[split[own]], kind="stable")]
            rising = low[own].sum() + np.concatenate([[0.0], np.cumsum(high[own] - low[own])])
            tables.append((column, _ended(trees.threshold[split[own]]), np.append(rising, unknown[own].sum())))
        return cls(tuple(tables), float(trees.value[trees.root[trees.feature[trees.root] < 0]].sum()))

    def sums(self, rows: FloatArray) -> FloatArray:
        result = np.full(len(rows), self.base)
        for column, thresholds, table in self.tables:
            result += table[_places(thresholds, rows[:, column])]
        return result


@dataclass(frozen=True, slots=True, eq=False)
class _Exits:
    """Finds the leaves by bits, without walking: QuickScorer (Lucchese et al., SIGIR 2015).

    A tree's leaves are numbered from the left, a bit each. An inner node that sends a row right rules out the leaves
    below its left child, and the other way round. The leaf that a row ends in is the first one that no node rules out.
    How many nodes of one feature send a row right depends only on how many thresholds lie below its value, so that what
    they rule out together is a table with one row for each threshold.

    Attributes:
        tables: by feature that is looked at: its column; its thresholds as `_places` wants them; [thresholds + 1, T]
            the leaves that remain after 0, 1, ... of them lie below the value, and last where the value is unknown.
        leaves: [T * 64] values of the leaves.
    """

    tables: tuple[tuple[int, FloatArray, NDArray[np.uint64]], ...]
    leaves: FloatArray

    @classmethod
    def of(cls, trees: Trees) -> _Exits:
        count = len(trees.root)
        every = np.uint64(2**64 - 1)
        leaves = np.zeros((count, MOST_LEAVES))
        rules: dict[int, list[tuple[float, int, int, int]]] = {}
        for tree, root in enumerate(trees.root.tolist()):
            below = _leaves_below(trees, root)
            for leaf in (node for node, bits in below.items() if trees.feature[node] < 0 and bits):
                leaves[tree, below[leaf].bit_length() - 1] = trees.value[leaf]
            for node in (node for node in below if trees.feature[node] >= 0):
                left, right = below[int(trees.left[node])], below[int(trees.right[node])]
                unknown = right if trees.missing_left[node] else left
                rules.setdefault(int(trees.feature[node]), []).append(
                    (float(trees.threshold[node]), tree, left, unknown)
                )
        tables = []
        for column, found in sorted(rules.items()):
            found.sort()
            table = np.full((len(found) + 2, count), every)
            for place, (_, tree, left, unknown) in enumerate(found):
                table[place + 1 : -1, tree] &= every ^ np.uint64(left)
                table[-1, tree] &= every ^ np.uint64(unknown)
            tables.append((column, _ended(np.array([rule[0] for rule in found])), table))
        return cls(tuple(tables), leaves.ravel())

    def sums(self, rows: FloatArray) -> FloatArray:
        result = np.empty(len(rows))
        for first in range(0, len(rows), _ROWS_PER_CHUNK):
            chunk = slice(first, first + _ROWS_PER_CHUNK)
            result[chunk] = self._sums(rows[chunk])
        return result

    def _sums(self, rows: FloatArray) -> FloatArray:
        trees = len(self.leaves) // MOST_LEAVES
        remain = np.full((len(rows), trees), np.uint64(2**64 - 1))
        for column, thresholds, table in self.tables:
            remain &= table[_places(thresholds, rows[:, column])]
        first = remain & (~remain + np.uint64(1))
        leaf = np.frexp(first.astype(np.float64))[1] - 1  # the logarithm of a power of two, exactly
        return np.asarray(self.leaves[np.arange(trees) * MOST_LEAVES + leaf].sum(axis=1))


def _ended(thresholds: FloatArray) -> FloatArray:
    """Return sorted thresholds with an infinite one at the end, which lies below no value, but before NaN."""
    return np.append(thresholds, np.inf)


def _places(thresholds: FloatArray, values: FloatArray) -> IntArray:
    """[M] how many thresholds lie below each value; one more than there are, the end included, where it is NaN."""
    return np.searchsorted(thresholds, values, side="left")


def _leaves_below(trees: Trees, root: int) -> dict[int, int]:
    """Return, for each node of a tree, the leaves below it as bits; the leaves are numbered from the left."""
    below: dict[int, int] = {}
    count = 0
    for node in _children_first(trees, root):
        if trees.feature[node] < 0:
            below[node] = 1 << count
            count += 1
        else:
            below[node] = below[int(trees.left[node])] | below[int(trees.right[node])]
    if count > MOST_LEAVES:
        raise InvalidPolicyError("trees", f"a tree with {count} leaves", f"at most {MOST_LEAVES}")
    return below


def _children_first(trees: Trees, root: int) -> Iterator[int]:
    stack: list[tuple[int, bool]] = [(root, False)]
    size, seen = len(trees.feature), 0
    while stack:
        node, visited = stack.pop()
        if not 0 <= node < size or seen > size:
            raise InvalidPolicyError("trees", f"node {node} below node {root}", f"nodes 0..{size - 1}, without a cycle")
        if visited or trees.feature[node] < 0:
            yield node
            continue
        if trees.feature[node] >= len(trees.features) or np.isnan(trees.threshold[node]):
            received = f"feature {trees.feature[node]}, threshold {trees.threshold[node]} at node {node}"
            raise InvalidPolicyError("trees", received, f"a feature below {len(trees.features)} and a number")
        seen += 1
        stack += [(node, True), (int(trees.right[node]), False), (int(trees.left[node]), False)]


def _array(name: str, values: Sequence[Any] | NDArray[Any], kind: Any) -> NDArray[Any]:
    try:
        array = np.asarray(values)
    except ValueError:
        array = np.empty((0, 0))
    allowed = {np.float64: "biuf", np.int64: "iu", np.bool_: "b"}[kind]
    if array.ndim != 1 or array.dtype.kind not in allowed:
        received = f"dtype {array.dtype}, shape {array.shape}"
        raise InvalidPolicyError(f"trees.{name}", received, f"a list of {np.dtype(kind).name}")
    return array.astype(kind)
