"""The features for the tools `+v`: a row an item, no numbers for a picture that is not there."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np

from recipes.bench.item_features import TEXT_WIDTH, export
from recipes.bench.tools_data import prepared
from rr_vlm.observer.vision_features import WIDTH


def test_an_item_without_a_picture_has_text_alone(write_ring: Callable[..., Path], tmp_path: Path) -> None:
    dataset = prepared(write_ring(items=12, users=10), tmp_path / "cache")
    export(dataset.path, tmp_path / "features.npy")
    features = np.load(tmp_path / "features.npy")
    assert features.shape == (12, WIDTH + TEXT_WIDTH)
    assert np.isnan(features[:, :WIDTH]).all()
    assert np.isfinite(features[:, WIDTH:]).all()
    assert len(np.unique(features[:, WIDTH:].round(4), axis=0)) > 1
