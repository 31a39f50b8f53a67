from __future__ import annotations

import gzip
import zlib
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rr_data.sources.ratings_csv import looks_like_ratings, read_ratings_csv


def test_header_history_and_bad_rows(tmp_path: Path) -> None:
    lines = [
        "user_id,parent_asin,rating,timestamp,history",
        "A1,P1,5.0,1588687728923,",
        "A1,P2,nan,1588687728923,P1",
        ",P2,5.0,1588687728923,P1",
        "A1,P2,5.0,15886_7,P1",
        "A1,P2,5.0",
        "A1,P2,,1588687728923,P1",
        "A1,P2,9,1588687728923,P1",
        "A1,P2,5.0,\u0661\u0662,P1",
    ]
    (tmp_path / "r.csv").write_text("\n".join(lines))
    rows, rejects = read_ratings_csv(tmp_path / "r.csv")
    assert rows.rows() == [(2, "A1", "P1", 1_588_687_728, 5.0), (7, "A1", "P2", 1_588_687_728, None)]
    assert rejects == [
        (3, "rating: received str; expected a number"),
        (4, "user_id: missing"),
        (5, "timestamp: received str; expected a whole number"),
        (6, "3 fields; expected user_id, parent_asin, rating, timestamp and maybe history"),
        (8, "rating: 9.0; expected 1 to 5"),
        (9, "timestamp: received str; expected a whole number"),
    ]


def test_what_it_looks_like() -> None:
    assert looks_like_ratings("A1,P1,5.0,1588687728923,P2 P3")
    assert not looks_like_ratings("A1,P1")


WHOLE = gzip.compress("".join(f"A{n},P{n},5.0,{1_588_000_000_000 + 1000 * n}\n" for n in range(300)).encode())


@settings(deadline=None)
@given(st.integers(3, len(WHOLE) - 1))
def test_a_cut_time_is_never_taken_for_a_time(tmp_path_factory: pytest.TempPathFactory, cut: int) -> None:
    path = tmp_path_factory.mktemp("cut") / "r.csv.gz"
    path.write_bytes(WHOLE[:cut])
    rows, rejects = read_ratings_csv(path)
    n_whole = zlib.decompressobj(31).decompress(WHOLE[:cut]).count(b"\n")
    assert rows["timestamp"].to_list() == [1_588_000_000 + n for n in range(n_whole)]
    assert len(rejects) == 1
