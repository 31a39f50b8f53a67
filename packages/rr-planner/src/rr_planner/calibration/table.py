"""Tables of past outcomes as files: NumPy archives and CSV."""

from __future__ import annotations

import csv
import os
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rr_planner.errors import CalibrationError
from rr_planner.policies.settings import reject_unknown

_PLAIN = ("evidence_horizon", "reasoner_confidence", "reasoner_gain", "both_gain")
_BY_TOOL = ("tool_confidence", "tool_gain")
_FEATURE = "features."
_MAY_BE_UNKNOWN = ("tool_confidence.", "agreement")


def read_outcomes(path: str | os.PathLike[str]) -> dict[str, Any]:
    """Read a table of outcomes as the arguments of `OutcomeTable.of`.

    An `.npz` holds `evidence_horizon`, `reasoner_confidence`, `reasoner_gain`, `both_gain` [B], `tool_confidence`,
    `tool_gain` [T, B] and optionally `tool_names` [T], `agreement`, `users` and `features.NAME` [B]. A `.csv` has a
    header, one row a query and one column a tool: `tool_confidence.NAME` and `tool_gain.NAME`; other columns are not
    read. An empty tool confidence or agreement is unknown.

    Raises:
        CalibrationError: the file cannot be read, or a column is missing or holds no numbers.
    """
    file = Path(path)
    if file.suffix not in (".npz", ".csv"):
        raise CalibrationError(f"{path}", f"a {file.suffix or 'nameless'} file", "an .npz or .csv table of outcomes")
    try:
        return _from_archive(file) if file.suffix == ".npz" else _from_csv(file)
    except (OSError, UnicodeDecodeError, zipfile.BadZipFile, csv.Error) as error:
        raise CalibrationError(f"{path}", f"a file that cannot be read ({error})", "a table of outcomes") from None


def _from_archive(path: Path) -> dict[str, Any]:
    try:
        with np.load(path) as archive:
            table: dict[str, Any] = {name: archive[name] for name in archive.files}
    except ValueError as error:
        raise CalibrationError(f"{path}", f"a file that cannot be read ({error})", "an archive of arrays") from None
    features = {name: table.pop(name) for name in list(table) if name.startswith(_FEATURE)}
    reject_unknown(table, (*_PLAIN, *_BY_TOOL, "tool_names", "agreement", "users"))
    if features:
        table["features"] = {name.removeprefix(_FEATURE): values for name, values in features.items()}
    for name in (*_PLAIN, *_BY_TOOL):
        if name not in table:
            raise CalibrationError(f"{path}", f"no array {name}", f"{', '.join((*_PLAIN, *_BY_TOOL))}")
    if "tool_names" in table:
        table["tool_names"] = tuple(table["tool_names"].tolist())
    return table


def _from_csv(path: Path) -> dict[str, Any]:
    with path.open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    header = list(rows[0]) if rows else []
    tools = [name.removeprefix("tool_gain.") for name in header if name.startswith("tool_gain.")]
    needed = [*_PLAIN, *(f"{kind}.{tool}" for tool in tools or ["NAME"] for kind in _BY_TOOL)]
    missing = [name for name in needed if name not in header]
    if missing:
        raise CalibrationError(f"{path}", f"no column {missing[0]}", f"rows with {', '.join(needed)}")
    table: dict[str, Any] = {name: _numbers(path, rows, name) for name in _PLAIN}
    for kind in _BY_TOOL:
        table[kind] = np.stack([_numbers(path, rows, f"{kind}.{tool}") for tool in tools])
    if "agreement" in header:
        table["agreement"] = _numbers(path, rows, "agreement")
    if "users" in header:
        table["users"] = np.array([row["users"] or "" for row in rows])
    features = [name for name in header if name.startswith(_FEATURE)]
    if features:
        table["features"] = {name.removeprefix(_FEATURE): _numbers(path, rows, name) for name in features}
    return table | {"tool_names": tuple(tools)}


def _numbers(path: Path, rows: list[dict[str, str]], name: str) -> NDArray[np.float64]:
    values = np.empty(len(rows))
    for index, row in enumerate(rows):
        text = row[name]
        try:
            values[index] = float(text) if text or not name.startswith(_MAY_BE_UNKNOWN) else np.nan
        except (TypeError, ValueError):
            where = f"{path}, line {index + 2}, {name}"
            raise CalibrationError(where, repr(text), "a number") from None
    return values
