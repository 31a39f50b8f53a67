from __future__ import annotations

import os
import pickle
import sys
from contextlib import suppress
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

Image = pytest.importorskip("PIL.Image")

from rr_data.errors import ImageError  # noqa: E402
from rr_data.images.lmdb_pictures import LmdbImage, LmdbPictures, portable_pixmap  # noqa: E402
from rr_data.images.pictures import decode_picture  # noqa: E402


class Records(SimpleNamespace):
    """Stands in for an LmdbFile."""

    def __init__(self, records: dict[bytes, bytes]) -> None:
        super().__init__(places={key: (0, len(value)) for key, value in records.items()}, read=records.__getitem__)


def source(**values: bytes) -> LmdbPictures:
    keys = {name: name.encode() for name in values}
    return LmdbPictures(Path("x.lmdb"), Records({keys[name]: value for name, value in values.items()}), keys)


@pytest.fixture
def lmdb_image(monkeypatch):
    """Pickle an array as PixelRec's script does, whose class lives in `__main__`."""

    class LMDB_Image:
        def __init__(self, image, id) -> None:
            self.channels = image.shape[2]
            self.size = image.shape[:2]
            self.image = image.tobytes()
            self.id = id

    LMDB_Image.__module__, LMDB_Image.__qualname__ = "__main__", "LMDB_Image"
    monkeypatch.setattr(sys.modules["__main__"], "LMDB_Image", LMDB_Image, raising=False)
    return lambda array, protocol=None: pickle.dumps(LMDB_Image(array, 1), protocol)


def pixels(data: bytes) -> np.ndarray:
    return np.asarray(decode_picture(data, "x"))


def test_an_encoded_picture_is_given_as_it_is(picture) -> None:
    assert source(a=picture()).read("a") == picture()
    assert source(a=pickle.dumps(picture())).read("a") == picture()


@pytest.mark.parametrize("protocol", [3, 4, 5])
def test_a_pickled_array_keeps_its_pixels(lmdb_image, protocol: int) -> None:
    array = np.random.default_rng(0).integers(0, 256, (224, 224, 3), dtype=np.uint8)
    assert (pixels(source(a=lmdb_image(array, protocol)).read("a")) == array).all()


def test_one_channel_is_grey(lmdb_image) -> None:
    array = np.full((224, 224, 1), 77, dtype=np.uint8)
    assert (pixels(source(a=lmdb_image(array)).read("a")) == 77).all()


@pytest.mark.parametrize("array", [np.zeros((3, 8, 8), np.float32), np.zeros((8, 8, 4), np.uint8), np.zeros((0, 8, 3))])
def test_other_arrays_are_unreadable(lmdb_image, array: np.ndarray) -> None:
    with pytest.raises(ImageError, match="unreadable picture 'a'"):
        source(a=lmdb_image(array)).read("a")


class Evil:
    def __init__(self, mark: Path) -> None:
        self.mark = mark

    def __reduce__(self):
        return os.mkdir, (str(self.mark),)


@pytest.mark.parametrize("protocol", [0, 1, 2, 3, 4, 5])
def test_a_hostile_pickle_runs_nothing(tmp_path: Path, picture, protocol: int) -> None:
    values = {"a": pickle.dumps(Evil(tmp_path / "run"), protocol), "b": picture()}
    pickle.loads(values["a"])  # it would
    (tmp_path / "run").rmdir()
    pictures = source(**values)
    with pytest.raises(ImageError):
        decode_picture(pictures.read("a"), "a")
    assert pictures.read("b") == picture()
    assert list(tmp_path.iterdir()) == []


def test_a_state_of_nonsense_is_refused() -> None:
    for state in ({}, {"image": b"x", "size": (1, 1), "channels": True}, {"image": b"x", "size": "ab", "channels": 1}):
        value = LmdbImage()
        vars(value).update(state)
        with pytest.raises(ImageError):
            portable_pixmap(value)
    for other in (None, 3, [b""], {"image": b""}):
        with pytest.raises(ImageError, match="expected an encoded picture"):
            portable_pixmap(other)


def test_values_that_are_too_long_are_not_read() -> None:
    pictures = LmdbPictures(Path("x"), SimpleNamespace(places={b"a": (0, 1 << 31)}, read=None), {"a": b"a"})
    with pytest.raises(ImageError, match="over 64 MiB"):
        pictures.read("a")


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=60), st.sampled_from([b"\x80\x04", b"\x80\x02c__main__\nLMDB_Image\n)\x81}", b""]))
def test_any_value_is_bytes_or_unreadable(tail: bytes, head: bytes) -> None:
    with suppress(ImageError):
        assert isinstance(source(a=head + tail).read("a"), bytes)


def test_a_whole_lmdb_of_pixelrec(tmp_path: Path, lmdb_image, picture) -> None:
    lmdb = pytest.importorskip("lmdb")
    array = np.zeros((224, 224, 3), dtype=np.uint8)
    environment = lmdb.open(str(tmp_path / "x.lmdb"), map_size=1 << 24, subdir=False)
    with environment, environment.begin(write=True) as transaction:
        transaction.put(b"v1", lmdb_image(array))
        transaction.put(b"v2", picture())
        transaction.put(b"__keys__", pickle.dumps([b"v1", b"v2", b"failed"]))
        transaction.put(b"__len__", pickle.dumps(3))
    pictures = LmdbPictures.open(tmp_path / "x.lmdb")
    assert pictures.ids == {"v1", "v2"}
    assert (pixels(pictures.read("v1")) == array).all()
    assert pictures.place("v1") == tmp_path / "x.lmdb" / "v1"
    pictures.close()


def test_an_lmdb_without_a_picture(tmp_path: Path) -> None:
    lmdb = pytest.importorskip("lmdb")
    with lmdb.open(str(tmp_path)) as environment, environment.begin(write=True) as transaction:
        transaction.put(b"__keys__", b"")
    with pytest.raises(ImageError, match="no picture"):
        LmdbPictures.open(tmp_path)
