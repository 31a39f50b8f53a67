from __future__ import annotations

import collections
import contextlib
import os
import pickle
import struct
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rr_data.errors import UnreadableSourceError
from rr_data.sources.foreign_pickle import dump_plain, load_plain, load_plain_bytes

PROTOCOLS = (2, 3, 4, 5)
SCALARS = (
    st.none() | st.booleans() | st.integers(-(2**90), 2**90) | st.floats(allow_nan=False)
    | st.text(st.characters(codec="utf-8"), max_size=5)
)  # fmt: skip
PLAIN = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.lists(inner, max_size=4).map(tuple)
        | st.dictionaries(
            st.text(st.characters(codec="utf-8"), max_size=3) | st.integers(-(2**90), 2**90), inner, max_size=4
        )
    ),
    max_leaves=12,
)


class Picture:
    """Stands in for a class of someone else's."""


class Touch:
    """A pickle that makes a file where it is unpickled."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[Any, ...]:
        return os.mkdir, (str(self.path),)


@given(PLAIN, st.sampled_from(PROTOCOLS))
def test_plain_values_come_back(value: Any, protocol: int) -> None:
    assert load_plain_bytes(pickle.dumps(value, protocol)) == value


@given(PLAIN)
def test_what_we_write_is_a_pickle(tmp_path_factory, value: Any) -> None:
    path = tmp_path_factory.mktemp("p") / "x.pickle"
    dump_plain(value, path)
    assert pickle.loads(path.read_bytes()) == value
    assert load_plain(path) == value


@pytest.mark.parametrize("protocol", PROTOCOLS)
@pytest.mark.parametrize(
    "value",
    [
        {1, 2},
        frozenset({"a"}),
        collections.OrderedDict(a=1, b=[2]),
        collections.defaultdict(list, {"a": [1]}),
        collections.defaultdict(int),
        [np.int64(-5), np.float32(1.5), np.uint8(7), np.bool_(True)],
        ["é" * 300, "x" * 70_000],
        [0, 255, 256, 65_536, -1, 2**31, -(2**31), 2**100],
        [[1, 2]] * 3,
        list(range(3000)),
        dict.fromkeys(range(3000)),
    ],
)
def test_what_real_files_hold(value: Any, protocol: int) -> None:
    assert load_plain_bytes(pickle.dumps(value, protocol)) == value


@pytest.mark.parametrize("protocol", [3, 4, 5])
def test_bytes(protocol: int) -> None:
    assert load_plain_bytes(pickle.dumps([b"", b"ab", b"x" * 300], protocol)) == [b"", b"ab", b"x" * 300]


def test_strings_of_python_2() -> None:
    assert load_plain_bytes(b"\x80\x02]q\x00(U\x02\xc3\xa9U\x01\xe9e.") == ["é", "é"]


def test_stand_in() -> None:
    picture = Picture()
    picture.size, picture.image = (1, 2), b"ab"  # type: ignore[attr-defined]
    data = pickle.dumps(picture)
    name = f"{Picture.__module__}.{Picture.__qualname__}"
    with pytest.raises(UnreadableSourceError, match="Picture, which is not plain data"):
        load_plain_bytes(data)
    found = load_plain_bytes(data, {name: Picture})
    assert type(found) is Picture
    assert vars(found) == {"size": (1, 2), "image": b"ab"}
    assert type(load_plain_bytes(pickle.dumps([picture, picture]), {name: Picture})[1]) is Picture


def test_stand_in_keeps_its_class() -> None:
    name = f"{Picture.__module__}.{Picture.__qualname__}"
    picture = Picture()
    picture.__dict__["__class__"] = 1
    with pytest.raises(UnreadableSourceError, match="__class__"):
        load_plain_bytes(pickle.dumps(picture), {name: Picture})


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_nothing_is_executed(tmp_path: Path, protocol: int) -> None:
    place = tmp_path / "executed"
    for value in (Touch(place), [{"user": Touch(place)}], {"a": (Touch(place),)}):
        with pytest.raises(UnreadableSourceError, match="not plain data"):
            load_plain_bytes(pickle.dumps(value, protocol))
    assert not place.exists()


def laughing(levels: int, width: int = 10) -> bytes:
    """Lists of one list, many times over: small here, endless for who walks through it."""
    value: Any = ["ha"]
    for _ in range(levels):
        value = [value] * width
    return pickle.dumps(value)


def nested(depth: int) -> bytes:
    return b"\x80\x02" + b"]" * depth + b"a" * (depth - 1) + b"."


HOSTILE = {
    "memo index": b"\x80\x02Nr" + struct.pack("<I", 2**28) + b".",
    "huge count": b"\x80\x04\x8e" + struct.pack("<Q", 2**62) + b"x.",
    "huge text": b"\x80\x02X" + struct.pack("<I", 2**31) + b"x.",
    "huge integer": b"\x80\x02\x8b" + struct.pack("<I", 1000) + b"\x01" * 1000 + b".",
    "laughs": laughing(9),
    "deep lists": nested(200_000),
    "deep tuples": b"\x80\x02N" + b"\x85" * 200_000 + b".",
    "tuple as a key": b"\x80\x02}N" + b"\x85" * 200_000 + b"Ns.",
    "doubled key": b"\x80\x02}N" + b"2\x86" * 60 + b"Ns.",
    "list in itself": b"\x80\x02]q\x00h\x00a.",
    "persistent id": b"\x80\x04K\x01Q.",
    "extension": b"\x80\x02\x82\x01.",
    "old instance": b"(ios\nsystem\n.",
    "protocol 0": pickle.dumps([1], 0),
    "a class": pickle.dumps(dict),
    "a call of a value": b"\x80\x02K\x01)R.",
    "a state of a list": b"\x80\x02]K\x01b.",
    "an array": pickle.dumps(np.zeros(3)),
    "a mark as a value": b"\x80\x02](2e.",
    "no stop": b"\x80\x02K\x01",
    "nothing": b"",
    "nothing but a stop": b".",
    "two values": b"\x80\x02K\x01K\x01.",
    "odd pairs": b"\x80\x02}(K\x01u.",
    "no text": b"not a pickle at all",
    "default that is a value": b"\x80\x02ccollections\ndefaultdict\nK\x01\x85R.",
    "a function with a number": b"\x80\x04\x8c\x02os\x8c\x06system\x93\x8c\x02id\x85R.",
}


@pytest.mark.parametrize("what", HOSTILE)
def test_hostile(what: str) -> None:
    with pytest.raises(UnreadableSourceError, match=r"pickle: (a damaged|not a plain) pickle: .*byte"):
        load_plain_bytes(HOSTILE[what])


@settings(max_examples=300)
@given(st.binary(max_size=60))
def test_no_bytes_crash_it(data: bytes) -> None:
    with contextlib.suppress(UnreadableSourceError):
        load_plain_bytes(b"\x80\x04" + data)


def test_files(tmp_path: Path) -> None:
    with pytest.raises(UnreadableSourceError, match="cannot be read"):
        load_plain(tmp_path / "nowhere")
    (tmp_path / "x").write_bytes(pickle.dumps("x" * 100))
    with pytest.raises(UnreadableSourceError, match="at most 50"):
        load_plain(tmp_path / "x", max_bytes=50)
    with pytest.raises(TypeError, match="set is not plain"):
        dump_plain({1}, tmp_path / "y")
