"""The steps of the bench `prepare`, each for a process of its own: `python -m recipes.bench.prepare_steps STEP ...`."""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType

from recipes.bench.generated import Size, interactions_csv
from recipes.bench.measure import report


def generate(folder: Path, size: Size) -> Callable[[], object]:
    """Write the CSV file, if it is not there."""
    return lambda: interactions_csv(folder, size)


def read_and_sort(csv: Path, _: Path) -> Callable[[], object]:
    """What everything is compared with: Polars reads the file and sorts it by user and time."""
    import polars as pl  # noqa: PLC0415  (a step imports only what it measures)

    return lambda: pl.read_csv(csv).sort("user_id", "timestamp")


def ours(csv: Path, out: Path) -> Callable[[], object]:
    """`rr_data.pipeline.prepare`: all that it does without being asked for more."""
    from rr_data.pipeline import prepare  # noqa: PLC0415

    return lambda: prepare("tabular", [csv], out=out)


def plain_pandas(csv: Path, out: Path) -> Callable[[], object]:
    """The same steps in pandas, written as one would."""
    import numpy as np  # noqa: PLC0415
    import pandas as pd  # type: ignore[import-untyped,unused-ignore]  # noqa: PLC0415

    def run() -> None:
        out.mkdir(parents=True, exist_ok=True)
        random = np.random.default_rng(0)
        rows = pd.read_csv(csv)
        kinds = {}
        for kind in ("user", "item"):
            codes, ids = pd.factorize(rows[f"{kind}_id"], sort=True)
            drawn = random.permutation(len(ids))
            rows[kind] = drawn[codes].astype("int32")
            kinds[kind] = pd.DataFrame({f"{kind}_id": ids, kind: drawn}).sort_values(kind, ignore_index=True)
        rows = rows.sort_values(["user", "timestamp"], ignore_index=True)
        of_user = rows.groupby("user")["user"]
        from_end, length = of_user.cumcount(ascending=False), of_user.transform("size")
        held_out = [(length >= 3) & (from_end == 0), (length >= 3) & (from_end == 1)]
        parts = pd.DataFrame({"part": np.select(held_out, ["test", "validation"], "train")})
        training = rows[parts["part"] == "train"]
        for kind, table in kinds.items():
            counts = training.groupby(kind).size().reindex(range(len(table)), fill_value=0)
            table["count"] = counts
            table["eh_raw"] = 1 - counts / counts.max()
            table["eh"] = 1 - (counts.rank() - 0.5) / len(counts)
            levels = pd.cut(table["eh"], [-1, 0.3, 0.7, 2], labels=["low", "medium", "high"])
            table["eh_level"] = levels.astype(str)
            table["group"] = ((counts.rank(method="first") - 1) * 10 // len(counts)).astype(int) + 1
        tables = {"interactions": rows, "users": kinds["user"], "items": kinds["item"], "parts": parts}
        for name, table in tables.items():
            table.to_parquet(out / f"{name}.parquet")
        for path in (csv, *out.glob("*.parquet")):
            with path.open("rb") as file:
                hashlib.file_digest(file, "sha256")

    return run


STEPS: Mapping[str, Callable[[Path, Path], Callable[[], object]]] = MappingProxyType(
    {"baseline": read_and_sort, "ours": ours, "pandas": plain_pandas}
)


if __name__ == "__main__":
    name, first, *others = sys.argv[1:]
    if name == "generate":
        report(generate(Path(first), Size(*map(int, others))))
    else:
        report(STEPS[name](Path(first), Path(others[0])))
