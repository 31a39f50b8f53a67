from __future__ import annotations

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rr_data.errors import PreparedDatasetError
from rr_data.manifest import Manifest, content_checksum, item_map_checksum, sha256_of


def manifest() -> Manifest:
    return Manifest(
        name="n",
        source={"reader": "r", "files": []},
        options={"k_core": 0},
        counts={"users": 1},
        tie_policy="file",
        id_seed=0,
        evidence_horizon={"normalizer": "rank", "thresholds": [0.3, 0.7]},
        split={"name": "leave_one_out", "options": {}},
        leaks={"clean": True},
        checksums={"items.parquet": "00"},
        item_map_checksum="11",
    )


def test_round_trip(tmp_path) -> None:
    manifest().write(tmp_path)
    assert Manifest.read(tmp_path) == manifest()


def test_missing_folder(tmp_path) -> None:
    with pytest.raises(PreparedDatasetError, match="no such folder"):
        Manifest.read(tmp_path / "nowhere")


def test_sha256(tmp_path) -> None:
    (tmp_path / "f").write_bytes(b"abc" * 500_000)
    assert sha256_of(tmp_path / "f") == hashlib.sha256(b"abc" * 500_000).hexdigest()


@given(st.lists(st.text(max_size=5), max_size=5), st.lists(st.text(max_size=5), max_size=5))
def test_item_maps_differ_when_ids_differ(one: list[str], two: list[str]) -> None:
    assert (item_map_checksum(one) == item_map_checksum(two)) == (one == two)


def test_content_checksum_ignores_order() -> None:
    assert content_checksum({"a": "1", "b": "2"}) == content_checksum({"b": "2", "a": "1"})
    assert content_checksum({"a": "1"}) != content_checksum({"a": "2"})
