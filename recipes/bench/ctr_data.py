"""The data of the bench `ctr`: clicks with four negatives each, prepared once."""

from __future__ import annotations

from pathlib import Path

from recipes.bench.tools_data import MANIFEST, SEQUENCES, item_table
from rr_data import prepare
from rr_data.interfaces import PreparedDataset

NEGATIVES = 4


def prepared(folder: Path, cache: Path) -> PreparedDataset:
    """Open a prepared dataset with clicks, or prepare a folder of raw sequences as the bench `tools` does, and clicks.

    Raises:
        DataError: it is neither.
    """
    if (folder / MANIFEST).exists():
        return PreparedDataset.open(folder)
    out = cache / "data" / folder.name
    if (out / MANIFEST).exists():
        return PreparedDataset.open(out)
    items = out.with_name(f"{folder.name}-items.parquet")
    items.parent.mkdir(parents=True, exist_ok=True)
    item_table(folder).write_parquet(items)
    return prepare("s3rec", [folder / SEQUENCES], items=items, ctr_negatives=NEGATIVES, out=out)
