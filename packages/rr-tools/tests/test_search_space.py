from __future__ import annotations

from dataclasses import dataclass, fields
from typing import ClassVar, get_type_hints

import pytest

from rr_tools import ConfigError, MissingExtraError, available, get_model
from rr_tools.configuration import parse_config
from rr_tools.search_space import Choices, Floats, Integers, SearchSpace, search_space


@dataclass(frozen=True, slots=True, kw_only=True)
class Wrong:
    SEARCH_SPACE: ClassVar[SearchSpace] = {"sise": Integers(1, 2)}
    size: int = 1


@pytest.mark.parametrize("name", available())
def test_every_declared_range_holds_values_of_its_option(name):
    try:
        config_type = get_model(name).config_type
    except MissingExtraError as error:
        pytest.skip(str(error))
    types = get_type_hints(config_type)
    declared = getattr(config_type, "SEARCH_SPACE", {})
    assert set(declared) <= {field.name for field in fields(config_type)}
    for option, values in declared.items():
        kind = {Integers: int, Floats: float}.get(type(values), types[option])
        assert kind is types[option], option
        for value in values.values if isinstance(values, Choices) else (values.low, values.high):
            parse_config(config_type, {option: value})


def test_mistakes():
    with pytest.raises(ConfigError, match="names sise"):
        search_space(Wrong)
    with pytest.raises(ConfigError, match="leaves nothing to tune"):
        search_space(get_model("popularity").config_type)
