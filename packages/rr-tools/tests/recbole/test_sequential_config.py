from __future__ import annotations

import pytest

from rr_tools import ConfigError
from rr_tools.configuration import parse_config
from rr_tools.recbole.sequential_config import LightSansConfig, NextItNetConfig, S3RecConfig, SasRecConfig

ALL = (SasRecConfig, S3RecConfig, LightSansConfig, NextItNetConfig)


@pytest.mark.parametrize("config_type", ALL)
@pytest.mark.parametrize(
    "options",
    [
        {"hidden_size": 0}, {"max_length": 0}, {"epochs": 0}, {"negatives": 0}, {"hidden_dropout": 1.0},
        {"weight_decay": -1.0}, {"loss": "hinge"}, {"no_such": 1},
    ],
)  # fmt: skip
def test_what_all_share_is_checked_in_each(config_type, options):
    with pytest.raises(ConfigError, match=next(iter(options))):
        parse_config(config_type, options)


@pytest.mark.parametrize(
    ("config_type", "options"),
    [
        (SasRecConfig, {"hidden_size": 10, "n_heads": 3}),
        (LightSansConfig, {"interests": 0}),
        (LightSansConfig, {"attention_dropout": -0.1}),
        (S3RecConfig, {"mask_ratio": 0.0}),
        (S3RecConfig, {"mask_ratio": 1.0}),
        (S3RecConfig, {"pretraining_epochs": -1}),
        (S3RecConfig, {"segment_weight": -0.5}),
        (NextItNetConfig, {"blocks": 0}),
        (NextItNetConfig, {"regularization": -1.0}),
    ],
)
def test_what_one_adds_is_checked_too(config_type, options):
    with pytest.raises(ConfigError):
        config_type(**options)
