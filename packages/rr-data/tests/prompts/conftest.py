from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from rr_data.pipeline import prepare
from rr_data.prepared import PreparedDataset

N_USERS, N_ITEMS, LENGTH = 60, 40, 8


@pytest.fixture(scope="session")
def tasked(tmp_path_factory: pytest.TempPathFactory) -> PreparedDataset:
    """60 users with 8 of 40 items each, candidates of 20, clicks 1:2, and a sentence about each interaction."""
    folder = tmp_path_factory.mktemp("tasked")
    rng = np.random.default_rng(0)
    rows = [
        (f"u{user:02}", f"i{item:02}", place, 1 + place % 5)
        for user in range(N_USERS)
        for place, item in enumerate(rng.permutation(N_ITEMS)[:LENGTH])
    ]
    lines = [",".join(map(str, row)) for row in rows]
    (folder / "ratings.csv").write_text("\n".join(["user_id,item_id,timestamp,rating", *lines]) + "\n")
    data = prepare("tabular", [folder / "ratings.csv"], out=folder / "out", candidates=20, ctr_negatives=2)
    parts = pl.Series(["train", "validation", "test", "context"]).gather(data.parts)
    data.__dict__["explanations"] = pl.DataFrame(
        {
            "row": np.arange(data.interactions.height),
            "feature": "plot",
            "opinion": "good",
            "sentence": data.interactions["user_id"] + " praises " + data.interactions["item_id"],
            "sentiment": pl.Series([1] * data.interactions.height, dtype=pl.Int8),
            "part": parts,
        }
    )
    return data


@pytest.fixture
def write_predictions(tmp_path: Path) -> Callable[..., Path]:
    """Write a predictions table from rows of (query_id, user_id, system, items, scores, target)."""

    def write(
        rows: list[tuple[Any, ...]], *, task: str = "sequential", version: str | None = "1", name: str = "p.parquet"
    ) -> Path:
        names = ("query_id", "user_id", "system", "items", "scores", "target")
        columns: dict[str, Any] = {key: [row[place] for row in rows] for place, key in enumerate(names)}
        columns["items"] = pa.array(columns["items"], pa.list_(pa.string()))
        columns["scores"] = pa.array(columns["scores"], pa.list_(pa.float32()))
        table = pa.table(columns | {"task": [task] * len(rows)})
        metadata = {} if version is None else {b"rr_predictions_version": version.encode()}
        pq.write_table(table.replace_schema_metadata(metadata), tmp_path / name)
        return tmp_path / name

    return write
