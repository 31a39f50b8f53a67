"""What FuxiCTR's model zoo wrote about its runs."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

Scores = dict[str, float]
_RESULT = re.compile(r"\[exp_id\] (?P<name>[^,]+),.*\[test\] (?P<metrics>.*)$")


def peer_results(folder: Path) -> dict[str, list[Scores]]:
    """AUC and LogLoss of each seed's test rows, by model, from the lines of all CSV files of a folder.

    Of a run that was repeated the last line counts.
    """
    scores: dict[str, dict[str, Scores]] = {}
    for file in sorted(folder.glob("*.csv")):
        for model, seed, found in _lines(file):
            scores.setdefault(model, {})[seed] = found
    return {model: list(by_seed.values()) for model, by_seed in scores.items()}


def _lines(file: Path) -> Iterator[tuple[str, str, Scores]]:
    for line in file.read_text(encoding="utf-8").splitlines():
        if found := _RESULT.search(line):
            model, _, seed = found["name"].rpartition("-")
            pairs = (part.split(":") for part in found["metrics"].strip().split(" - "))
            yield model, seed, {name.strip().lower(): float(value) for name, value in pairs}
