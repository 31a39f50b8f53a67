"""The data of the bench `tools`: raw sequences with titles and attributes, prepared once."""

from __future__ import annotations

import json
from pathlib import Path

import polars as pl

from rr_data import prepare
from rr_data.interfaces import PreparedDataset

SEQUENCES, ITEMS, ATTRIBUTES, MANIFEST = "sequences.txt", "items.tsv", "item_attributes.json", "manifest.json"


def prepared(
    folder: Path, cache: Path, *, candidates: int = 0, draw: str = "uniform", negatives: int = 0
) -> PreparedDataset:
    """Open a prepared dataset, or prepare a folder of `sequences.txt`, `items.tsv` and `item_attributes.json`.

    Args:
        folder: the one or the other.
        cache: where what is prepared is kept.
        candidates: size of the lists that are stored when it is prepared; 0 stores none.
        draw: how their negatives are drawn, `uniform` or `popularity`.
        negatives: of each click that are stored when it is prepared; 0 stores no clicks.

    Raises:
        DataError: it is neither.
    """
    if (folder / MANIFEST).exists():
        return PreparedDataset.open(folder)
    kind = f"{draw}-{candidates}" if candidates else ""
    out = cache / "data" / (f"{kind}-clicks" if negatives else kind) / folder.name
    if (out / MANIFEST).exists():
        return PreparedDataset.open(out)
    items = cache / "data" / f"{folder.name}-items.parquet"
    items.parent.mkdir(parents=True, exist_ok=True)
    item_table(folder).write_parquet(items)
    return prepare(
        "s3rec",
        [folder / SEQUENCES],
        items=items,
        out=out,
        candidates=candidates,
        candidate_draw=draw,
        ctr_negatives=negatives,
    )


def item_table(folder: Path) -> pl.DataFrame:
    """Titles and attributes by item id; the attributes have numbers and no names."""
    attributes = json.loads((folder / ATTRIBUTES).read_text(encoding="utf-8"))
    named = pl.DataFrame(
        {
            "item_id": list(attributes),
            "categories": [[f"attribute {number}" for number in numbers] for numbers in attributes.values()],
        }
    )
    titles = pl.read_csv(folder / ITEMS, separator="\t", quote_char=None, schema_overrides={"item_id": pl.String})
    return titles.select("item_id", "title").join(named, on="item_id", how="left")
