from __future__ import annotations

import polars as pl
import pytest

from rr_data.errors import OptionError, UnknownNameError
from rr_data.splits.transfer import Transfer

ROWS = pl.DataFrame(
    {
        "user": [0, 0, 0, 1, 2, 2, 3, 4, 4, 4, 4],
        "domain": ["P", "P", "P", "P", "KU", "KU", "KU", "P", "DY", "P", "DY"],
    }
)


def test_parts() -> None:
    parts = Transfer(test_domains="KU, DY").assign(ROWS).tolist()
    assert parts == [0, 0, 1, 0, 3, 2, 3, 0, 3, 1, 2]
    assert Transfer(test_domains="P").assign(ROWS).tolist() == [3, 3, 2, 3, 0, 1, 0, 3, 0, 2, 1]


def test_names() -> None:
    for names in ("", " , "):
        with pytest.raises(OptionError, match="test_domains"):
            Transfer(test_domains=names)
    with pytest.raises(UnknownNameError, match="domain 'TN'"):
        Transfer(test_domains="TN").assign(ROWS)
    with pytest.raises(OptionError, match="fewer than all of DY, KU, P"):
        Transfer(test_domains="P,KU,DY").assign(ROWS)
    with pytest.raises(OptionError, match="3 of 3 interactions have none"):
        Transfer(test_domains="KU").assign(ROWS[:3].with_columns(pl.lit(None, pl.String).alias("domain")))
