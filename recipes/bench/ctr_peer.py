"""The same rows, fields and budget for FuxiCTR's model zoo. `python -m recipes.bench.ctr_peer DATA OUT`.

Writes `OUT/rows/{train,valid,test}.csv` and the configurations `OUT/config/`; how the peer is run with them is told in
`docs/results/ctr.md`. Nothing here imports FuxiCTR.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import typer

from recipes.bench.ctr_settings import budget_of, settings_of
from rr_tools import CtrData
from rr_tools.ctr.click_table import PART_CODES, ClickTable
from rr_tools.ctr.fields import Fields

PEERS: Mapping[str, str] = {
    "afn+": "AFN",
    "autoint+": "AutoInt",
    "dcnv2": "DCNv2",
    "dlrm": "DLRM",
    "finalmlp": "FinalMLP",
    "masknet": "MaskNet",
    "xdeepfm": "xDeepFM",
}
"""Folders of the peer's model zoo by our names. It has no DHEN."""

SEEDS = (0, 1)
RECENT = 5
_FILES = {"train": "train", "valid": "validation", "test": "test"}
_RESULT = re.compile(r"\[exp_id\] (?P<name>[^,]+),.*\[test\] (?P<metrics>.*)$")


def export(data: Path, out: Path) -> None:
    """Write rows and configurations for the prepared dataset DATA."""
    training = CtrData.from_prepared(data)
    fields = Fields.of(training, recent=RECENT)
    clicks = training.clicks_or_drawn(negatives=4, seed=0)
    rows, config = out / "rows", out / "config"
    for folder in (rows, config):
        folder.mkdir(parents=True, exist_ok=True)
    for file, part in _FILES.items():
        table(training, fields, clicks.part(PART_CODES[part])).write_csv(rows / f"{file}.csv")
    (config / "dataset_config.yaml").write_text(_yaml({data.name: dataset_config(fields, rows, out)}))
    (config / "model_config.yaml").write_text(_yaml(model_configs(data.name, out)))


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


def model_configs(dataset: str, out: Path) -> dict[str, Any]:
    """The peer's options of every model and seed, by `<our name>-<seed>`."""
    budget = budget_of(dataset)
    base = {
        "model_root": str((out / "checkpoints").resolve()),
        "num_workers": 0,
        "verbose": 0,
        "early_stop_patience": budget["patience"],
        "save_best_only": True,
        "eval_steps": None,
        "debug_mode": False,
        "group_id": None,
        "use_features": None,
        "feature_specs": None,
        "feature_config": None,
        "dataset_id": dataset,
        "loss": "binary_crossentropy",
        "metrics": ["logloss", "AUC"],
        "task": "binary_classification",
        "optimizer": "adam",
        "learning_rate": budget["learning_rate"],
        "embedding_regularizer": budget["embedding_decay"],
        "net_regularizer": 0,
        "batch_size": budget["batch_size"],
        "embedding_dim": budget["embedding_size"],
        "epochs": budget["epochs"],
        "shuffle": True,
        "monitor": "AUC",
        "monitor_mode": "max",
        "batch_norm": False,
    }
    named = {
        f"{model}-{seed}": {"model": peer, "seed": seed, **peer_options(model)}
        for model, peer in PEERS.items()
        for seed in SEEDS
    }
    return {"Base": base, **named}


def peer_options(model: str) -> dict[str, Any]:
    """The options of a model under the peer's names."""
    ours = settings_of(model)
    units, dropout = [ours["hidden_size"]] * ours["hidden_layers"], ours["dropout"]
    deep = {"dnn_hidden_units": units, "dnn_activations": "relu", "net_dropout": dropout}
    return {
        "afn+": lambda: {
            "logarithmic_neurons": ours["neurons"],
            "afn_hidden_units": units,
            "afn_dropout": dropout,
            "ensemble_dnn": True,
            "dnn_hidden_units": units,
            "dnn_dropout": dropout,
        },
        "autoint+": lambda: {
            **deep,
            "attention_layers": ours["attention_layers"],
            "attention_dim": ours["attention_size"],
            "num_heads": ours["heads"],
            "use_residual": True,
            "use_scale": False,
            "use_wide": False,
            "layer_norm": False,
        },
        "dcnv2": lambda: {
            "model_structure": "parallel",
            "use_low_rank_mixture": False,
            "num_cross_layers": ours["cross_layers"],
            "parallel_dnn_hidden_units": units,
            "stacked_dnn_hidden_units": units,
            "dnn_activations": "relu",
            "net_dropout": dropout,
        },
        "dlrm": lambda: {
            "top_mlp_units": units,
            "bottom_mlp_units": units,
            "top_mlp_dropout": dropout,
            "bottom_mlp_dropout": dropout,
            "interaction_op": "dot",
        },
        "finalmlp": lambda: {
            **{f"mlp{stream}_hidden_units": units for stream in (1, 2)},
            **{f"mlp{stream}_dropout": dropout for stream in (1, 2)},
            "use_fs": True,
            "fs_hidden_units": [ours["gate_size"]],
            "fs1_context": ["user"],
            "fs2_context": ["item"],
            "num_heads": ours["heads"],
        },
        "masknet": lambda: {
            "dnn_hidden_units": units,
            "model_type": "SerialMaskNet",
            "reduction_ratio": 1,
            "emb_layernorm": True,
            "net_layernorm": True,
            "net_dropout": dropout,
        },
        "xdeepfm": lambda: {
            "dnn_hidden_units": units,
            "cin_hidden_units": [ours["maps"]] * ours["interaction_layers"],
            "net_dropout": dropout,
        },
    }[model]()


def peer_results(files: Sequence[Path]) -> Iterator[tuple[str, int, dict[str, float]]]:
    """Yield model, seed, and test AUC and LogLoss from the lines that the peer writes, one a run."""
    for file in files:
        for line in file.read_text(encoding="utf-8").splitlines():
            if (found := _RESULT.search(line)) is None:
                continue
            model, _, seed = found["name"].rpartition("-")
            pairs = (part.split(":") for part in found["metrics"].strip().split(" - "))
            metrics = {name.strip().lower(): float(value) for name, value in pairs}
            yield model, int(seed), metrics


def _yaml(content: Mapping[str, Any]) -> str:
    """JSON is YAML, but that PyYAML takes 1e-05 for a text and 1.0e-05 for a number."""
    return re.sub(r": (\d+)e-", r": \1.0e-", json.dumps(content, indent=2))


def _joined(values: np.ndarray[Any, Any]) -> list[str]:
    return ["^".join(str(code) for code in row if code) for row in values.tolist()]


if __name__ == "__main__":
    typer.run(export)
