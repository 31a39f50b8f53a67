from __future__ import annotations

from dataclasses import dataclass

import pytest

from rr_tools import ConfigError
from rr_tools.configuration import parse_config
from rr_tools.ctr.config import CtrConfig, check_divides
from rr_tools.search_space import search_space


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"embedding_size": 0}, "embedding_size is 0"),
        ({"dropout": 1.0}, "dropout is 1.0"),
        ({"embedding_decay": -1.0}, "must not be negative"),
        ({"monitor": "f1"}, "allowed: 'auc', 'logloss'"),
        ({"hidden_units": 64}, "did you mean 'hidden_size'"),
    ],
)
def test_mistakes_are_named(options, message):
    with pytest.raises(ConfigError, match=message):
        parse_config(CtrConfig, options)


def test_heads_must_divide():
    @dataclass(frozen=True, kw_only=True)
    class Headed(CtrConfig):
        heads: int = 5

    with pytest.raises(ConfigError, match="heads is 5; it must divide hidden_size, 64"):
        check_divides(Headed(), "heads", "hidden_size")


def test_defaults_can_be_tuned():
    assert "embedding_decay" in search_space(CtrConfig)
