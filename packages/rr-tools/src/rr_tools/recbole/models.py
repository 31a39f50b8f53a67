"""RecBole's modules, built without its Config and Dataset.

RecBole's `Config` reads `sys.argv` and evaluates strings, and its `Dataset` loads files. A model's constructor takes
from them only named values and two counts, so a dictionary and `Counts` stand in for them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import Any

import torch
from torch import Tensor, nn

from rr_tools.recbole.config import BprConfig, SasRecConfig

PADDING = 0  # RecBole keeps row 0 of the item embedding for padding, so item code c is row c + 1
FIELDS: Mapping[str, str] = {
    "USER_ID_FIELD": "user",
    "ITEM_ID_FIELD": "item",
    "ITEM_LIST_LENGTH_FIELD": "length",
    "LIST_SUFFIX": "_list",
    "NEG_PREFIX": "neg_",
}


@dataclass(frozen=True, slots=True)
class Counts:
    """What a RecBole model asks its dataset: how many values a field has, padding included."""

    values: Mapping[str, int]

    def num(self, field: str) -> int:
        """Return the number of values of `field`."""
        return self.values[field]


def build_sasrec(config: SasRecConfig, n_items: int) -> Any:
    """Build RecBole's SASRec module for `n_items` items (Kang and McAuley 2018)."""
    settings = {
        **FIELDS,
        "device": torch.device("cpu"),
        "MAX_ITEM_LIST_LENGTH": config.max_length,
        "n_layers": config.n_layers,
        "n_heads": config.n_heads,
        "hidden_size": config.hidden_size,
        "inner_size": config.inner_size,
        "hidden_dropout_prob": config.hidden_dropout,
        "attn_dropout_prob": config.attention_dropout,
        "hidden_act": "gelu",
        "layer_norm_eps": 1e-12,
        "initializer_range": config.initializer_range,
        "loss_type": "CE",
    }
    return _model_class("sequential_recommender.sasrec", "SASRec")(settings, Counts({"item": n_items + 1}))


def causal_mask(length: int) -> Tensor:
    """Return what is added to attention scores [length, length], so that a position sees none after it.

    Rows are padded behind their items, so this also hides the padding from every item. RecBole's own mask says the same
    for each row of a batch; its export needs an operator that older versions of ONNX Runtime lack.
    """
    return torch.full((length, length), -10_000.0).triu(1)


def encode_positions(model: Any, rows: Tensor, mask: Tensor) -> Tensor:
    """Return SASRec's hidden state at every position [B, L, d].

    RecBole's `forward` computes them all and returns the last one; training at every position needs them all.

    Args:
        model: of `build_sasrec`.
        rows: [B, L] rows of the item embedding, padding (0) behind the items.
        mask: `causal_mask(L)`.
    """
    positions = torch.arange(rows.size(1)).unsqueeze(0).expand_as(rows)
    embedded = model.item_embedding(rows) + model.position_embedding(positions)
    states: Tensor = model.trm_encoder(model.dropout(model.LayerNorm(embedded)), mask, output_all_encoded_layers=False)[
        -1
    ]
    return states


def build_bpr(config: BprConfig, n_users: int, n_items: int) -> Any:
    """Build RecBole's BPR module (Rendle et al. 2009); neither users nor items have a padding row."""
    settings = {**FIELDS, "device": torch.device("cpu"), "embedding_size": config.embedding_size}
    return _model_class("general_recommender.bpr", "BPR")(settings, Counts({"user": n_users, "item": n_items}))


def _model_class(module: str, name: str) -> type[nn.Module]:
    # Importing RecBole's models turns autograd's anomaly detection on for the whole process (its sine.py does), which
    # costs a third of the training time: the context restores what was set before.
    with torch.autograd.set_detect_anomaly(torch.is_anomaly_enabled(), torch.is_anomaly_check_nan_enabled()):
        found: type[nn.Module] = getattr(import_module(f"recbole.model.{module}"), name)
    return found
