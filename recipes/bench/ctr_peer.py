"""The same rows, fields and budget for FuxiCTR's model zoo. `python -m recipes.bench.ctr_peer DATA OUT`.

Writes `OUT/rows/{train,valid,test}.csv`, `OUT/dataset_config.yaml` and `OUT/model_config.yaml`; how the peer is run
with them is told in `docs/results/ctr.md`. Nothing here imports FuxiCTR.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import typer

from recipes.bench.ctr_peer_options import model_configs
from rr_tools import ClickTable, CtrData
from rr_tools.ctr.click_table import PART_CODES
from rr_tools.ctr.config import CtrConfig
from rr_tools.ctr.fields import Fields

_FILES = {"train": "train", "valid": "validation", "test": "test"}


def export(data: Path, out: Path) -> None:
    """Write rows and configurations for the prepared dataset DATA."""
    training = CtrData.from_prepared(data)
    common = CtrConfig()
    fields = Fields.of(training, recent=common.recent_items)
    clicks = training.clicks_or_drawn(negatives=common.negatives, seed=0)
    rows = out / "rows"
    rows.mkdir(parents=True, exist_ok=True)
    for file, part in _FILES.items():
        table(training, fields, clicks.part(PART_CODES[part])).write_csv(rows / f"{file}.csv")
    (out / "dataset_config.yaml").write_text(_yaml({data.name: dataset_config(fields, rows, out)}))
    (out / "model_config.yaml").write_text(_yaml(model_configs(data.name, out)))


def table(data: CtrData, fields: Fields, clicks: ClickTable) -> pl.DataFrame:
    """One row a click: its label and its codes; a field of several values joins the known ones with `^`."""
    codes = fields.rows_of(data, clicks)
    columns: dict[str, Any] = {"label": clicks.labels}
    first = 0
    for field in fields.layout.fields:
        values = codes[:, first : first + field.width]
        columns[field.name] = values[:, 0] if field.width == 1 else pl.Series(_joined(values))
        first += field.width
    return pl.DataFrame(columns)


def dataset_config(fields: Fields, rows: Path, out: Path) -> dict[str, Any]:
    """The peer's description of the files; a field that shares vectors stands behind the one it shares them with."""
    described = sorted(fields.layout.fields, key=lambda field: field.width > 1)
    columns = []
    for field in described:
        column: dict[str, Any] = {"name": field.name, "active": True, "dtype": "str", "type": "categorical"}
        if field.width > 1:
            column |= {"type": "sequence", "splitter": "^", "max_len": field.width}
        if field.shares:
            column["share_embedding"] = field.shares
        columns.append(column)
    files = {f"{name}_data": str((rows / f"{name}.csv").resolve()) for name in _FILES}
    label = {"name": "label", "dtype": "float"}
    return {
        "data_root": str((out / "built").resolve()),
        "data_format": "csv",
        **files,
        "min_categr_count": 1,
        "feature_cols": columns,
        "label_col": label,
    }


def _yaml(content: Mapping[str, Any]) -> str:
    """JSON is YAML, but that PyYAML takes 1e-05 for a text and 1.0e-05 for a number."""
    return re.sub(r": (\d+)e-", r": \1.0e-", json.dumps(content, indent=2))


def _joined(values: np.ndarray[Any, Any]) -> list[str]:
    return ["^".join(str(code) for code in row if code) for row in values.tolist()]


if __name__ == "__main__":
    typer.run(export)
