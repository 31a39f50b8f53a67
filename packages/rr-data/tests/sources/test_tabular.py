from __future__ import annotations

import gzip
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rr_data.errors import OptionError
from rr_data.sources import delimited
from rr_data.sources.source import RAW_INTERACTIONS
from rr_data.sources.tabular import Tabular

CSV = "uid,iid,stars,ts\nu,a,4,10\nv,b,5,20\n"
NAMES = {"user_id": "uid", "item_id": "iid", "rating": "stars", "timestamp": "ts"}
EXPECTED = [("u", "a", 10, 4.0), ("v", "b", 20, 5.0)]


@pytest.mark.parametrize("name", ["r.csv", "r.csv.gz", "r.tsv", "r.parquet", "r.dat"])
def test_formats(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    options = dict(NAMES)
    match name:
        case "r.csv.gz":
            path.write_bytes(gzip.compress(CSV.encode()))
        case "r.tsv":
            path.write_text(CSV.replace(",", "\t"))
        case "r.parquet":
            pl.read_csv(CSV.encode()).write_parquet(path)
        case "r.dat":
            path.write_text(CSV.replace(",", ";"))
            options["separator"] = ";"
        case _:
            path.write_text(CSV)
    raw = Tabular(**options).read([path])
    assert raw.interactions.select("user_id", "item_id", "timestamp", "rating").rows() == EXPECTED
    assert raw.rejected.is_empty()


def test_several_files(tmp_path: Path) -> None:
    for name in ("1.csv", "2.csv"):
        (tmp_path / name).write_text(CSV)
    raw = Tabular(**NAMES).read([tmp_path / "1.csv", tmp_path / "2.csv"])
    assert raw.interactions["file"].to_list() == [0, 0, 1, 1]


@pytest.mark.parametrize("separator", ["::", "", "\n", '"', "é"])
def test_separator(separator: str) -> None:
    with pytest.raises(OptionError, match="one ASCII character"):
        Tabular(separator=separator)


CELLS = st.sampled_from(
    ["", "u", " v ", "1", " 2", "3 ", "4.0", "+5", "-6", "1e3", "x", "nan", "inf", "001", "9" * 30, "_", '"7"']
)


@settings(deadline=None)
@given(st.lists(st.tuples(CELLS, CELLS, CELLS), max_size=8))
def test_quick_reading_finds_what_slow_reading_finds(tmp_path_factory, cells: list[tuple[str, ...]]) -> None:
    path = tmp_path_factory.mktemp("t") / "r.csv"
    path.write_text("user_id,item_id,timestamp\n" + "".join(f"{','.join(row)}\n" for row in cells))
    quick = Tabular().read([path])
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(delimited, "read_clean_block", lambda *_: None)
        slow = Tabular().read([path])
    assert quick.interactions.equals(slow.interactions)
    assert quick.rejected.equals(slow.rejected)
    assert quick.interactions.schema == RAW_INTERACTIONS
