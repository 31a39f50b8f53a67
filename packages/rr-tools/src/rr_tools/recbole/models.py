"""RecBole's modules, built without its Config and Dataset.

RecBole's `Config` reads `sys.argv` and evaluates strings, and its `Dataset` loads files. A model's constructor takes
from them only named values and counts, so a dictionary and `Counts` stand in for them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import Any

import torch
from torch import nn

from rr_tools.recbole.config import BprConfig
from rr_tools.recbole.sequential_config import (
    LightSansConfig,
    NextItNetConfig,
    S3RecConfig,
    SasRecConfig,
    SequentialConfig,
    TransformerConfig,
)

PADDING = 0  # RecBole keeps row 0 of the item embedding for padding, so item code c is row c + 1
DILATIONS = (1, 4)  # of NextItNet's pair of residual blocks, as RecBole sets them
ATTRIBUTE = "attribute"
FIELDS: Mapping[str, Any] = {
    "USER_ID_FIELD": "user",
    "ITEM_ID_FIELD": "item",
    "ITEM_LIST_LENGTH_FIELD": "length",
    "LIST_SUFFIX": "_list",
    "NEG_PREFIX": "neg_",
    "device": torch.device("cpu"),
}


@dataclass(frozen=True, slots=True)
class Counts:
    """What a RecBole model asks its dataset: how many values a field has, padding included."""

    values: Mapping[str, int]

    def num(self, field: str) -> int:
        """Return the number of values of `field`."""
        return self.values[field]

    @property
    def item_num(self) -> int:
        """The number of items."""
        return self.values["item"]

    def get_item_feature(self) -> None:
        """Return nothing: S3-Rec asks for it and reads it only where it makes its own pretraining data, unused here."""


def build_sasrec(config: SasRecConfig, n_items: int) -> Any:
    """Build RecBole's SASRec module for `n_items` items (Kang and McAuley 2018)."""
    return _build("sequential_recommender.sasrec", "SASRec", _transformer(config), {"item": n_items + 1})


def build_s3rec(config: S3RecConfig, n_items: int, n_attributes: int) -> Any:
    """Build RecBole's S3-Rec module in its pretraining stage (Zhou et al. 2020).

    Row `n_items + 1` of its item embedding is the mask token.
    """
    settings = {
        **_transformer(config),
        "item_attribute": ATTRIBUTE,
        "train_stage": "pretrain",
        "pre_model_path": "",
        "mask_ratio": config.mask_ratio,
        "aap_weight": config.attribute_weight if n_attributes else 0.0,
        "mip_weight": config.masked_item_weight,
        "map_weight": config.masked_attribute_weight if n_attributes else 0.0,
        "sp_weight": config.segment_weight,
    }
    # RecBole counts a padding value that it then leaves out; and there is no embedding without a row.
    counts = {"item": n_items + 1, ATTRIBUTE: max(1, n_attributes) + 1}
    return _build("sequential_recommender.s3rec", "S3Rec", settings, counts)


def build_lightsans(config: LightSansConfig, n_items: int) -> Any:
    """Build RecBole's LightSANs module for `n_items` items (Fan et al. 2021)."""
    settings = {**_transformer(config), "k_interests": config.interests}
    return _build("sequential_recommender.lightsans", "LightSANs", settings, {"item": n_items + 1})


def build_nextitnet(config: NextItNetConfig, n_items: int) -> Any:
    """Build RecBole's NextItNet module for `n_items` items (Yuan et al. 2019)."""
    settings = {
        **_sequential(config),
        "embedding_size": config.hidden_size,
        "block_num": config.blocks,
        "dilations": list(DILATIONS),
        "kernel_size": config.kernel_size,
        "reg_weight": config.regularization,
    }
    return _build("sequential_recommender.nextitnet", "NextItNet", settings, {"item": n_items + 1})


def build_bpr(config: BprConfig, n_users: int, n_items: int) -> Any:
    """Build RecBole's BPR module (Rendle et al. 2009); neither users nor items have a padding row."""
    settings = {**FIELDS, "embedding_size": config.embedding_size}
    return _build("general_recommender.bpr", "BPR", settings, {"user": n_users, "item": n_items})


def _sequential(config: SequentialConfig) -> dict[str, Any]:
    return {**FIELDS, "MAX_ITEM_LIST_LENGTH": config.max_length, "loss_type": "CE"}


def _transformer(config: TransformerConfig) -> dict[str, Any]:
    return {
        **_sequential(config),
        "n_layers": config.n_layers,
        "n_heads": config.n_heads,
        "hidden_size": config.hidden_size,
        "inner_size": config.inner_size,
        "hidden_dropout_prob": config.hidden_dropout,
        "attn_dropout_prob": config.attention_dropout,
        "hidden_act": "gelu",
        "layer_norm_eps": 1e-12,
        "initializer_range": config.initializer_range,
    }


def build_bpr_loss() -> Any:
    """Build RecBole's BPR loss: scores [B] of what was taken and of what was drawn to their mean loss."""
    return recbole_class("loss", "BPRLoss")()


def recbole_class(module: str, name: str) -> type[nn.Module]:
    """Import a class of `recbole.model` without what importing it switches on.

    RecBole's sine.py turns autograd's anomaly detection on for the whole process, which costs a third of the training
    time: the context restores what was set before.
    """
    with torch.autograd.set_detect_anomaly(torch.is_anomaly_enabled(), torch.is_anomaly_check_nan_enabled()):
        found: type[nn.Module] = getattr(import_module(f"recbole.model.{module}"), name)
    return found


def _build(module: str, name: str, settings: Mapping[str, Any], counts: Mapping[str, int]) -> nn.Module:
    return recbole_class(module, name)(settings, Counts(counts))
