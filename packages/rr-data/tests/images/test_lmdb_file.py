from __future__ import annotations

import random
import struct
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rr_data.errors import ImageError
from rr_data.images.lmdb_file import LmdbFile

PAGE = 4096


def meta(root: int, transaction: int, *, magic: int = 0xBEEFC0DE, version: int = 1) -> bytes:
    free = struct.pack("<IHH5Q", PAGE, 8, 0, 0, 0, 0, 0, (1 << 64) - 1)
    main = struct.pack("<IHH5Q", 0, 0, 1, 0, 1, 0, 1, root)
    body = struct.pack("<IIQQ", magic, version, 0, 1 << 20) + free + main + struct.pack("<QQ", 9, transaction)
    return (struct.pack("<QHHHH", 0, 0, 8, 0, 0) + body).ljust(PAGE, b"\0")


def page(number: int, flags: int, nodes: list[bytes]) -> bytes:
    """A page with its nodes at the end, as liblmdb lays them."""
    places, body = [], b""
    for node in nodes:
        body = node + body
        places.append(PAGE - len(body))
    lower = 16 + 2 * len(nodes)
    head = struct.pack("<QHHHH", number, 0, flags, lower, PAGE - len(body)) + struct.pack(f"<{len(nodes)}H", *places)
    return head + bytes(PAGE - len(head) - len(body)) + body


def leaf(key: bytes, value: bytes, *, length: int | None = None, flags: int = 0) -> bytes:
    size = len(value) if length is None else length
    node = struct.pack("<HHHH", size & 0xFFFF, size >> 16, flags, len(key)) + key + value
    return node + b"\0" * (len(node) % 2)


def branch(number: int, key: bytes = b"") -> bytes:
    return struct.pack("<HHHH", number & 0xFFFF, number >> 16 & 0xFFFF, number >> 32, len(key)) + key


def overflow(number: int, value: bytes) -> bytes:
    pages = -(-(len(value) + 16) // PAGE)
    return (struct.pack("<QHHI", number, 0, 4, pages) + value).ljust(pages * PAGE, b"\0")


def small() -> bytes:
    """Two leaves under a branch; one value on pages of its own."""
    pages = [
        meta(2, 1),
        meta(4, 2),
        page(2, 2, [leaf(b"old", b"version")]),
        page(3, 2, [leaf(b"a", b"one"), leaf(b"b", b"two")]),
        page(4, 1, [branch(3), branch(5, b"c")]),
        page(5, 2, [leaf(b"c", struct.pack("<Q", 6), length=5000, flags=1)]),
        overflow(6, b"long" * 1250),
    ]
    return b"".join(pages)


def test_leaves_branches_and_long_values(tmp_path: Path) -> None:
    (tmp_path / "data.mdb").write_bytes(small())
    for path in (tmp_path, tmp_path / "data.mdb"):
        file = LmdbFile(path)
        assert {key: file.read(key) for key in file.places} == {b"a": b"one", b"b": b"two", b"c": b"long" * 1250}
        assert file.damaged == 0
        file.close()
    assert [path.name for path in tmp_path.iterdir()] == ["data.mdb"]


@pytest.mark.parametrize("content", [b"", b"nonsense", bytes(10_000), meta(2, 1, magic=1) + meta(2, 1, magic=1)])
def test_not_an_lmdb(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "x").write_bytes(content)
    with pytest.raises(ImageError, match="not an LMDB"):
        LmdbFile(tmp_path / "x")


def test_another_version_and_no_file(tmp_path: Path) -> None:
    (tmp_path / "x").write_bytes(meta(2, 1, version=2) + meta(2, 2, version=2))
    with pytest.raises(ImageError, match="version 2; expected 1"):
        LmdbFile(tmp_path / "x")
    with pytest.raises(ImageError, match="cannot be opened"):
        LmdbFile(tmp_path / "nothing")


def test_damaged_pages_lose_no_other_record(tmp_path: Path) -> None:
    pages = [
        meta(3, 1),
        meta(3, 1),
        page(2, 2, [leaf(b"a", b"one"), leaf(b"nested", b"x" * 48, flags=2)]),
        page(3, 1, [branch(2), branch(3), branch(4), branch(99), branch((1 << 48) - 1)]),  # itself, and nowhere
        bytes(PAGE),
    ]
    (tmp_path / "x").write_bytes(b"".join(pages))
    file = LmdbFile(tmp_path / "x")
    assert list(file.places) == [b"a"]
    assert file.damaged == 5


def test_a_value_past_the_end(tmp_path: Path) -> None:
    (tmp_path / "x").write_bytes(
        meta(2, 1) + meta(2, 1) + page(2, 2, [leaf(b"a", struct.pack("<Q", 1 << 40), length=(1 << 32) - 1, flags=1)])
    )
    with pytest.raises(ImageError, match="past the end"):
        LmdbFile(tmp_path / "x").read(b"a")


SMALL = small()
PLACES = st.integers(0, 200) | st.integers(0, len(SMALL) - 1) | st.integers(2 * PAGE, 6 * PAGE)


@settings(max_examples=400, deadline=None)
@given(st.lists(st.tuples(PLACES, st.binary(min_size=1, max_size=8)), max_size=10), st.integers(0, len(SMALL)))
def test_any_damage_is_an_error_or_fewer_records(tmp_path_factory, damage, cut: int) -> None:
    path = tmp_path_factory.mktemp("lmdb") / "x"
    data = bytearray(SMALL)
    for place, values in damage:
        data[place : place + len(values)] = values
    path.write_bytes(data[:cut] if not damage else data)
    try:
        file = LmdbFile(path)
    except ImageError:
        return
    for key in file.places:
        with suppress(ImageError):
            assert len(file.read(key)) <= len(data)
    file.close()


@pytest.mark.parametrize(("count", "longest"), [(0, 0), (1, 10), (5000, 300), (200, 100_000)])
def test_reads_what_lmdb_writes(tmp_path: Path, count: int, longest: int) -> None:
    lmdb = pytest.importorskip("lmdb")
    draw, wanted = random.Random(count), {}
    environment = lmdb.open(str(tmp_path), map_size=1 << 28)
    for _ in range(3):
        with environment.begin(write=True) as transaction:
            for _ in range(count):
                key, value = str(draw.randrange(10**6)).encode(), draw.randbytes(draw.randint(0, longest))
                transaction.put(key, value)
                wanted[key] = value
            for key in draw.sample(sorted(wanted), count // 5):
                transaction.delete(key)
                del wanted[key]
    environment.close()
    file = LmdbFile(tmp_path)
    assert {key: file.read(key) for key in file.places} == wanted
    assert file.damaged == 0
