import numpy as np
import pytest
from PIL import Image

from rr_vlm.errors import ArtifactError, InputError, MissingExtraError
from rr_vlm.observer import vision_features as module
from rr_vlm.observer.vision_features import vision_features

pytest.importorskip("efficientnet_lite_pytorch")


@pytest.fixture
def pictures(tmp_path):
    paths = []
    for name, colour in (("a", "red"), ("b", "navy"), ("c", "red")):
        path = tmp_path / f"{name}.png"
        Image.new("RGB", (60, 90), colour).save(path)
        paths.append(path)
    return [*paths[:2], None, paths[2]]


def test_equal_pictures_have_equal_features_and_missing_ones_none(pictures):
    seen = []
    features = vision_features(pictures, batch_size=2, progress=lambda done, total: seen.append((done, total)))
    assert features.shape == (4, 1, 1280)
    np.testing.assert_allclose(features[0], features[3], atol=1e-4)
    assert not np.allclose(features[0], features[1], atol=1e-2)
    assert not features[2].any()
    assert seen == [(2, 3), (3, 3)]


def test_several_tokens_average_to_one(pictures):
    grid = vision_features(pictures[:1], tokens=49)
    whole = vision_features(pictures[:1])
    np.testing.assert_allclose(grid.mean(axis=1), whole[:, 0], atol=1e-4)
    with pytest.raises(InputError, match="square"):
        vision_features(pictures, tokens=3)


def test_the_cache_is_read_until_a_picture_changes(pictures, tmp_path, monkeypatch):
    cache = tmp_path / "cache"
    first = vision_features(pictures, cache=cache)
    calls = []
    real = module.EfficientNetLite0
    monkeypatch.setattr(module, "EfficientNetLite0", lambda: calls.append(1) or real())
    assert np.array_equal(first, vision_features(pictures, cache=cache))
    assert not calls
    Image.new("RGB", (60, 90), "green").save(pictures[0])
    assert not np.array_equal(first, vision_features(pictures, cache=cache))
    (file,) = [
        path for path in cache.iterdir() if path.stat().st_mtime == max(p.stat().st_mtime for p in cache.iterdir())
    ]
    file.write_bytes(b"torn")
    vision_features(pictures, cache=cache)
    assert len(calls) == 2
    assert not list(cache.glob("*.partial"))


def test_an_unreadable_picture_is_named(pictures, tmp_path):
    broken = tmp_path / "broken.jpg"
    broken.write_bytes(b"not a picture")
    with pytest.raises(ArtifactError, match=r"broken\.jpg"):
        vision_features([*pictures, broken])
    with pytest.raises(ArtifactError, match=r"missing\.jpg"):
        vision_features([tmp_path / "missing.jpg"])


def test_a_missing_extra_is_named(pictures, monkeypatch):
    monkeypatch.setattr(module, "find_spec", lambda name: None)
    with pytest.raises(MissingExtraError, match=r"rr-vlm\[embedded\]"):
        vision_features(pictures)
