from __future__ import annotations

import pytest

from rr_tools import ConfigError
from rr_tools.explanation.config import ExplanationConfig


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"max_words": 0}, "max_words is 0"),
        ({"min_count": 0}, "min_count is 0"),
        ({"dropout": 1.0}, "dropout is 1.0"),
        ({"decay": 1.5}, "decay is 1.5"),
        ({"vocabulary_size": 4}, "vocabulary_size is 4; it must be above 4"),
    ],
)
def test_ranges(options, message):
    with pytest.raises(ConfigError, match=message):
        ExplanationConfig(**options)
