"""Damaged and hostile files, for every source that is registered: an error of ours, or a result without losses."""

from __future__ import annotations

import gzip
import importlib.util
import os
import pickle
import struct
import sys
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from rr_data import columns
from rr_data.errors import DataError
from rr_data.sources.registry import get_source, source_names
from rr_data.sources.source import (
    RAW_CANDIDATES,
    RAW_EXPLANATIONS,
    RAW_INTERACTIONS,
    RAW_ITEMS,
    RAW_REVIEWS,
    RAW_USERS,
    RawData,
)

pytestmark = pytest.mark.slow
_spec = importlib.util.spec_from_file_location("rr_data_samples", Path(__file__).with_name("samples.py"))
assert _spec is not None
assert _spec.loader is not None
samples = sys.modules[_spec.name] = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(samples)

EXAMPLES = 2000  # over all sources
NAMES = source_names()
GZIP = b"\x1f\x8b"
PIECES = [
    b"\0", b"NaN", b"nan", b"-inf", b"1e999", b"\xff\xfe", b"\xc3", b"\xed\xa0\x80", b"\xef\xbb\xbf", b"\r", b"\n",
    b"\n\n",
    b'"', b"'", b",", b"\t", b"::", b"|", b"{", b"[" * 3000, b"]", b"\\", b"\\ud800", b"\x1f\x8b", b"\x1f", b"\x85",
    b"../../x", b"9" * 400, b"x" * 200_000, b"x" * 200_000 + b"\n", b",".join([b"1"] * 500), "é名".encode(),
    b"u1,v1,1400000000,3\n", b"__import__('os')", b'{"a": ' * 2000,
]  # fmt: skip


class Executed:
    """A pickle that makes a folder where it is unpickled."""

    def __init__(self, place: Path) -> None:
        self.place = place

    def __reduce__(self) -> tuple[Any, ...]:
        return os.mkdir, (str(self.place),)


def hostile_pickles(place: Path) -> list[bytes]:
    laughs: Any = ["ha"]
    for _ in range(8):
        laughs = [laughs] * 10
    return [
        *(pickle.dumps(Executed(place), protocol) for protocol in range(6)),
        pickle.dumps([{"user": "u1", "item": "v1", "template": Executed(place)}]),
        pickle.dumps({"train": [Executed(place)], "val": [], "test": []}),
        pickle.dumps({"train": laughs, "val": laughs, "test": laughs}),
        pickle.dumps(laughs),
        b"\x80\x02" + b"]" * 50_000 + b"a" * 49_999 + b".",
        b"\x80\x02}N" + b"\x85" * 50_000 + b"Ns.",
        b"\x80\x02Nr" + struct.pack("<I", 2**28) + b".",
        b"\x80\x04\x8e" + struct.pack("<Q", 2**60) + b".",
        pickle.dumps([{"user": "\ud800", "item": float("nan"), "rating": float("inf"), "template": (1, 2)}] * 3),
    ]


@dataclass(frozen=True)
class Clean:
    """A sample in its folder, and what its reader makes of it."""

    folder: Path
    sample: Any
    interactions: pl.DataFrame
    names: tuple[str, ...]
    content: dict[Path, bytes]


@cache
def clean(name: str, index: int, folder: Path) -> Clean:
    home = folder / f"{name}-{index}"
    home.mkdir(exist_ok=True)
    sample = samples.SAMPLES[name][index](home)
    raw = get_source(name, sample.options).read(sample.paths)
    assert raw.interactions.height >= 12
    assert raw.rejected.is_empty()
    content = {file: file.read_bytes() for file in sample.files}
    return Clean(home, sample, raw.interactions, tuple(str(path) for path in raw.files), content)


@st.composite
def corrupted(draw: st.DrawFn, original: bytes, *, zipped: bool) -> bytes:
    """The content of a file after some damage."""
    data = gzip.decompress(original) if zipped else original
    for _ in range(draw(st.integers(1, 3))):
        at = draw(st.integers(0, len(data)))
        what = draw(st.sampled_from(["cut", "flip", "insert", "replace", "encode", "bytes", "swap"]))
        if what == "cut":
            data = data[:at]
        elif what == "flip":
            data = data[:at] + bytes(255 - byte for byte in data[at : at + 1]) + data[at + 1 :]
        elif what == "insert":
            data = data[:at] + draw(st.sampled_from(PIECES)) + data[at:]
        elif what == "replace":
            data = data[:at] + draw(st.sampled_from(PIECES)) + data[at + draw(st.integers(1, 12)) :]
        elif what == "encode" and len(data) < 20_000:
            data = data.decode("utf-8", "replace").encode(
                draw(st.sampled_from(["utf-16", "utf-32", "cp037"])), "replace"
            )
        elif what == "bytes":
            data = data[:at] + draw(st.binary(max_size=30)) + data[at:]
        else:
            end = draw(st.integers(0, len(data)))
            data = data[:at] + data[end : end + 8] + data[at:]
    return data


def tabulated(rows: pl.DataFrame) -> Counter[tuple[Any, ...]]:
    return Counter(rows.select("user_id", "item_id", "timestamp").rows())


def check_contract(raw: RawData) -> None:
    assert raw.interactions.schema == RAW_INTERACTIONS
    assert raw.rejected.schema == columns.REJECTED
    for table, schema in (
        (raw.items, RAW_ITEMS), (raw.users, RAW_USERS), (raw.reviews, RAW_REVIEWS),
        (raw.explanations, RAW_EXPLANATIONS), (raw.candidates, RAW_CANDIDATES),
    ):  # fmt: skip
        assert table is None or all(schema[name] == kind for name, kind in table.schema.items())
    ids = raw.interactions.select("user_id", "item_id")
    assert ids.null_count().row(0) == (0, 0)
    assert not ids.select(pl.any_horizontal(pl.all().str.strip_chars() == "").any()).item()
    assert raw.interactions["rating"].is_finite().all() or raw.interactions["rating"].null_count()
    assert all(place < len(raw.files) for place in raw.interactions["file"].unique())


def check_survivors(state: Clean, file: Path, data: bytes, raw: RawData) -> None:
    """Every line that stands in the damaged file as it did before gave what it gave before."""
    found = tabulated(raw.interactions)
    if file in state.sample.beside:
        assert found == tabulated(state.interactions)
    if file not in state.sample.lines or data.startswith(GZIP):
        return  # the first two bytes of gzip turn a text into a damaged gzip file
    original = plain(state.content[file]).split(b"\n")
    left = Counter(data.split(b"\n"))
    if headed(state, file) and not data.startswith(original[0] + b"\n"):
        return
    here = state.interactions.filter(pl.col("file") == state.names.index(str(file)))
    for number, line in enumerate(original, start=1):
        if left[line] > 0:
            left[line] -= 1
            lost = tabulated(here.filter(pl.col("line") == number)) - found
            assert not lost, f"line {number} {line!r} was lost"
            found -= tabulated(here.filter(pl.col("line") == number))


def headed(state: Clean, file: Path) -> bool:
    return 1 not in state.interactions["line"].to_list()


def plain(data: bytes) -> bytes:
    return gzip.decompress(data) if data.startswith(GZIP) else data


def read_damaged(name: str, state: Clean, file: Path, data: bytes) -> RawData | None:
    """Read the sample with one file's content replaced; None where it is refused."""
    file.write_bytes(data)
    try:
        raw = get_source(name, state.sample.options).read(state.sample.paths)
    except DataError:
        return None
    finally:
        file.write_bytes(state.content[file])
    check_contract(raw)
    return raw


def damaging(examples: int) -> Callable[[Any], Any]:
    return settings(
        max_examples=examples,
        deadline=timedelta(seconds=10),
        derandomize=True,
        database=None,
        phases=(Phase.explicit, Phase.generate),
        suppress_health_check=list(HealthCheck),
    )


def test_every_source_has_a_sample() -> None:
    assert set(samples.SAMPLES) == set(NAMES)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("samples")


@pytest.mark.parametrize("name", NAMES)
def test_damaged_files(name: str, folder: Path) -> None:
    @damaging(-(-EXAMPLES // len(NAMES)))
    @given(st.data())
    def damage(data: st.DataObject) -> None:
        index = data.draw(st.integers(0, len(samples.SAMPLES[name]) - 1))
        state = clean(name, index, folder)
        file = data.draw(st.sampled_from(sorted(state.content)))
        zipped = file.suffix == ".gz"
        changed = data.draw(corrupted(state.content[file], zipped=zipped))
        raw = read_damaged(name, state, file, gzip.compress(changed, 1) if zipped else changed)
        if raw is not None:
            check_survivors(state, file, changed, raw)

    damage()


@pytest.mark.parametrize("name", NAMES)
def test_hostile_pickles(name: str, folder: Path, tmp_path: Path) -> None:
    place = tmp_path / "executed"
    for index in range(len(samples.SAMPLES[name])):
        state = clean(name, index, folder)
        for file in state.content:
            for data in hostile_pickles(place) if file.suffix in (".pkl", ".pickle") else hostile_pickles(place)[:4]:
                read_damaged(name, state, file, data)
    assert not place.exists()


@pytest.mark.parametrize("name", NAMES)
def test_cut_gzip(name: str, folder: Path) -> None:
    """Whatever the name says, a file may be gzip; the whole lines before the cut are read."""
    for index in range(len(samples.SAMPLES[name])):
        state = clean(name, index, folder)
        for file in state.sample.lines:
            data = plain(state.content[file])
            stored = gzip.compress(data, 0)  # stored as it is: what is left can be told
            for end in range(len(stored) - len(data) // 2, len(stored), 41):
                left = data[: data.find(stored[end - 20 : end]) + 20] if end < len(stored) - 8 else data
                raw = read_damaged(name, state, file, stored[:end])
                assert raw is not None
                assert any("gzip" in reason for reason in raw.rejected["reason"])
                check_survivors(state, file, left.rpartition(b"\n")[0], raw)
