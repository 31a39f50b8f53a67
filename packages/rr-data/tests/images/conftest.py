from __future__ import annotations

import hashlib
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import polars as pl
import pytest

from rr_data import columns
from rr_data.manifest import Manifest, item_map_checksum, sha256_of
from rr_data.prepared import PreparedDataset

IDS = ["a", "b", "c", "d"]


@pytest.fixture
def picture() -> Callable[..., bytes]:
    """Make the file of a picture; its colour comes from its name."""
    image = pytest.importorskip("PIL.Image")

    def make(name: str = "x", *, size: tuple[int, int] = (40, 60), format: str = "PNG") -> bytes:
        file = BytesIO()
        image.new("RGB", size, tuple(hashlib.sha256(name.encode()).digest()[:3])).save(file, format)
        return file.getvalue()

    return make


@pytest.fixture
def dataset(tmp_path: Path) -> Callable[..., PreparedDataset]:
    """Write a small prepared dataset without pictures."""

    def make(folder: Path = tmp_path / "data", image_urls: list[str | None] | None = None) -> PreparedDataset:
        item_ids = pl.Series("item_id", IDS)
        count = len(IDS)
        known = {
            "item_id": item_ids,
            "item": range(count),
            "title": [f"Film {name}" for name in IDS],
            "categories": [["Drama"]] * count,
            "image_url": image_urls or [None] * count,
            "count": [1] * count,
        }
        items = pl.DataFrame({name: known.get(name, [None] * count) for name in columns.ITEMS}, schema=columns.ITEMS)
        tables = {
            "interactions.parquet": pl.DataFrame(schema=columns.INTERACTIONS),
            "items.parquet": items,
            "users.parquet": pl.DataFrame(schema=columns.USERS),
            "rejected.parquet": pl.DataFrame(schema=columns.REJECTED),
            "splits/leave_one_out.parquet": pl.DataFrame(schema=columns.SPLIT),
        }
        for name, table in tables.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            table.write_parquet(folder / name)
        values = {
            "name": folder.name,
            "source": {},
            "options": {"images": None},
            "counts": {"users": 0, "items": count, "interactions": 0, "rejected": 0},
            "tie_policy": "file",
            "id_seed": 0,
            "evidence_horizon": {"normalizer": "rank", "thresholds": [0.3, 0.7]},
            "split": {"name": "leave_one_out", "options": {}},
            "leaks": {},
            "checksums": {name: sha256_of(folder / name) for name in tables},
            "item_map_checksum": item_map_checksum(item_ids),
        }
        Manifest(**values).write(folder)
        return PreparedDataset.open(folder)

    return make
