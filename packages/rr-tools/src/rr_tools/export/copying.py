"""Copying an artifact, its network exported again where asked, and comparing the two as they are served."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from rr_tools.artifact import Artifact, checksum, new_artifact_folder, read_artifact, write_card
from rr_tools.errors import ConfigError, ParityError
from rr_tools.runtime.queries import HistoryQueries
from rr_tools.runtime.tool import RuntimeTool, load_tool

QUERIES = 1000
TOP = 10
TOLERANCE = 1e-4
LONGEST = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportReport:
    """How a copied artifact compares with its source.

    Attributes:
        queries: drawn queries that both answered.
        largest_difference: of their scores.
        exported_again: whether the network was made again.
    """

    queries: int
    largest_difference: float
    exported_again: bool


def export_artifact(
    source: str | Path, out: str | Path, *, again: bool = False, queries: int = QUERIES
) -> ExportReport:
    """Copy an artifact to `out`, whole or not at all, and check that both answer the same.

    Args:
        source: a tool artifact.
        out: folder of the copy; an artifact that is there is replaced.
        again: export the network again from its tensors, as after an upgrade of ONNX. Its confidence stays.
        queries: drawn queries to compare on.

    Raises:
        ArtifactError: the source is missing, damaged or without tensors, or `out` is something else.
        ConfigError: there is no network to export again, or `out` is the source.
        MissingExtraError: `again` needs the `train` extra.
        ParityError: the copy's scores differ by more than 1e-4, or its ten first items do; nothing was written.
    """
    source, out = Path(source), Path(out)
    if source.resolve() == out.resolve():
        raise ConfigError(f"{out} is the artifact itself; give another folder with --out")
    artifact = read_artifact(source)
    files = dict(artifact.files)
    if again:
        files |= _exported(artifact)
    with new_artifact_folder(out) as folder:
        for name, content in files.items():
            (folder / name).write_bytes(content)
        sums = {name: checksum(content) for name, content in files.items()}
        write_card(folder, replace(artifact.card, checksums=sums))
        difference = compare(load_tool(source), load_tool(folder), queries=queries)
    return ExportReport(queries=queries, largest_difference=difference, exported_again=again)


def compare(one: RuntimeTool, other: RuntimeTool, *, queries: int = QUERIES, seed: int = 0) -> float:
    """Return the largest difference of two tools' scores on drawn queries.

    Raises:
        ParityError: it is above 1e-4, or where no two of a query's scores are as near as that, the ten first differ.
    """
    rng = np.random.default_rng(seed)
    histories = [rng.integers(0, one.n_items, length) for length in rng.integers(0, LONGEST, queries)]
    asked = HistoryQueries(rng.integers(-1, 10 * queries, queries), histories)
    largest = 0.0
    for mine, theirs in zip(one.score_chunks(asked), other.score_chunks(asked), strict=True):
        masked = np.isneginf(mine.scores) & np.isneginf(theirs.scores)
        differences = np.abs(np.where(masked, 0.0, mine.scores) - np.where(masked, 0.0, theirs.scores))
        largest = max(largest, float(differences.max()))
    if not largest <= TOLERANCE:
        raise ParityError(f"the scores of {one.name} and its copy differ by {largest:.2g} (allowed {TOLERANCE:.0e})")
    best, again = one.rank(asked, TOP + 1), other.rank(asked, TOP + 1)
    with np.errstate(invalid="ignore"):  # padding has the score -inf
        clear = ((best.scores[:, :-1] - best.scores[:, 1:]) > 2 * TOLERANCE).all(axis=1)
    if (best.items[clear, :TOP] != again.items[clear, :TOP]).any():
        raise ParityError(f"the first {TOP} items of {one.name} and its copy differ")
    return largest


def _exported(artifact: Artifact) -> dict[str, bytes]:
    from rr_tools.export.rebuilt import rebuild  # noqa: PLC0415  # needs torch, and a plain copy does not

    rebuilt = rebuild(artifact)
    if rebuilt is None:
        raise ConfigError(f"{artifact.card.model} has no network to export again; leave --again out to copy it")
    return rebuilt.export()
