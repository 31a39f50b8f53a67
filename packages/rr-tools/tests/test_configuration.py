from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import pytest

from rr_tools import ConfigError
from rr_tools.configuration import changed_options, parse_config
from rr_tools.neighbors.item_transition import ItemTransitionConfig
from rr_tools.recbole.config import BprConfig
from rr_tools.recbole.sequential_config import SasRecConfig


@dataclass(frozen=True, kw_only=True)
class Options:
    size: int = 3
    rate: float = 0.5
    fast: bool = False
    loss: Literal["auto", "full"] = "auto"


def test_values_and_their_text_mean_the_same():
    typed = parse_config(Options, {"size": 4, "rate": 1, "fast": True, "loss": "full"})
    text = parse_config(Options, {"size": "4", "rate": "1", "fast": "true", "loss": "full"})
    assert typed == text == Options(size=4, rate=1.0, fast=True, loss="full")
    assert isinstance(typed.rate, float)


def test_nothing_and_instances_pass():
    assert parse_config(Options) == Options()
    assert parse_config(Options, Options(size=9)).size == 9


def test_an_unknown_key_names_the_nearest():
    with pytest.raises(ConfigError, match="unknown option 'sise', did you mean 'size'"):
        parse_config(Options, {"sise": 4})


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("size", 1.5),
        ("size", "many"),
        ("size", True),
        ("rate", "fast"),
        ("fast", "perhaps"),
        ("loss", "none"),
        ("rate", None),
    ],
)
def test_a_wrong_value_is_named(key, value):
    with pytest.raises(ConfigError, match=key):
        parse_config(Options, {key: value})


def test_something_else_than_a_mapping():
    with pytest.raises(ConfigError, match="not int"):
        parse_config(Options, 3)


def test_changed_options():
    assert changed_options(Options(size=4)) == {"size": 4}


@pytest.mark.parametrize(
    ("config_type", "values"),
    [
        (SasRecConfig, {"hidden_size": 10, "n_heads": 3}),
        (SasRecConfig, {"hidden_dropout": 1.0}),
        (SasRecConfig, {"epochs": 0}),
        (SasRecConfig, {"weight_decay": -1.0}),
        (SasRecConfig, {"loss": "hinge"}),
        (BprConfig, {"learning_rate": 0.0}),
        (BprConfig, {"weight_decay": -1.0}),
        (ItemTransitionConfig, {"window": 0}),
        (ItemTransitionConfig, {"decay": 1.5}),
        (ItemTransitionConfig, {"backward": -0.5}),
    ],
)
def test_values_out_of_range_raise(config_type, values):
    with pytest.raises(ConfigError):
        parse_config(config_type, values)
