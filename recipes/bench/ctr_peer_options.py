"""What our click-through models and their budget are called in FuxiCTR's model zoo (commit 0245987)."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from recipes.bench.ctr_settings import SETTINGS, budget_of

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


def model_configs(dataset: str, out: Path) -> dict[str, Any]:
    """The peer's options of every model and seed, by `<our name>-<seed>`; `Base` holds those of all."""
    budget = budget_of(dataset)
    options = model_options(budget)
    named = {
        f"{model}-{seed}": {"model": peer, "seed": seed, **options[model]}
        for model, peer in PEERS.items()
        for seed in SEEDS
    }
    return {
        "Base": {"dataset_id": dataset, "model_root": str((out / "checkpoints").resolve()), **_base(budget)},
        **named,
    }


def model_options(budget: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """The peer's options of each model beyond those of all."""
    units, dropout = [budget["hidden_size"]] * budget["hidden_layers"], budget["dropout"]
    afn, autoint, finalmlp, xdeepfm = (SETTINGS[model] for model in ("afn+", "autoint+", "finalmlp", "xdeepfm"))
    return {
        "afn+": {
            "logarithmic_neurons": afn["neurons"],
            "afn_hidden_units": units,
            "afn_dropout": dropout,
            "ensemble_dnn": True,
            "dnn_hidden_units": units,
            "dnn_dropout": dropout,
        },
        "autoint+": {
            "attention_layers": autoint["attention_layers"],
            "attention_dim": autoint["attention_size"],
            "num_heads": autoint["heads"],
            "use_residual": True,
            "use_scale": False,
            "use_wide": False,
            "layer_norm": False,
            "dnn_hidden_units": units,
            "net_dropout": dropout,
        },
        "dcnv2": {
            "model_structure": "parallel",
            "use_low_rank_mixture": False,
            "num_cross_layers": SETTINGS["dcnv2"]["cross_layers"],
            "parallel_dnn_hidden_units": units,
            "net_dropout": dropout,
        },
        "dlrm": {"interaction_op": "dot", "top_mlp_units": units, "top_mlp_dropout": dropout},
        "finalmlp": {
            "mlp1_hidden_units": units,
            "mlp1_dropout": dropout,
            "mlp2_hidden_units": units,
            "mlp2_dropout": dropout,
            "use_fs": True,
            "fs_hidden_units": [finalmlp["gate_size"]],
            "fs1_context": ["user"],
            "fs2_context": ["item"],
            "num_heads": finalmlp["heads"],
        },
        "masknet": {
            "model_type": "SerialMaskNet",
            "reduction_ratio": 1,
            "emb_layernorm": True,
            "net_layernorm": True,
            "dnn_hidden_units": units,
            "net_dropout": dropout,
        },
        "xdeepfm": {
            "cin_hidden_units": [xdeepfm["maps"]] * xdeepfm["interaction_layers"],
            "dnn_hidden_units": units,
            "net_dropout": dropout,
        },
    }


def _base(budget: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "task": "binary_classification",
        "loss": "binary_crossentropy",
        "optimizer": "adam",
        "learning_rate": budget["learning_rate"],
        "embedding_dim": budget["embedding_size"],
        "embedding_regularizer": budget["embedding_decay"],
        "net_regularizer": 0,
        "batch_norm": False,
        "batch_size": budget["batch_size"],
        "shuffle": True,
        "epochs": budget["epochs"],
        "metrics": ["logloss", "AUC"],
        "monitor": "AUC",
        "monitor_mode": "max",
        "early_stop_patience": budget["patience"],
        "save_best_only": True,
        "verbose": 0,
        "num_workers": 0,
    }
