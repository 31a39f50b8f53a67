"""A trained network in torch again, read from its artifact."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from safetensors.torch import load
from torch import nn

from rr_tools.artifact import TENSORS_FILE, Artifact
from rr_tools.configuration import parse_config
from rr_tools.errors import ArtifactError
from rr_tools.export.network_files import network_files
from rr_tools.registry import get_model

EXAMPLES = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class Rebuilt:
    """A network as it was trained.

    Attributes:
        module: in eval mode; what was exported.
        draw: returns inputs for it, given a generator and how many: ordinary ones and odd ones.
        dynamic_length: whether inputs may be shorter than they were in training.
    """

    module: nn.Module
    draw: Callable[[np.random.Generator, int], NDArray[np.int64]]
    dynamic_length: bool = False

    def export(self, *, seed: int = 0) -> dict[str, bytes]:
        """Return the artifact's files, made again and compared with the module.

        Raises:
            ParityError: the exported network answers otherwise than the module.
        """
        example = self.draw(np.random.default_rng(seed), EXAMPLES)
        return network_files(self.module, example, dynamic_length=self.dynamic_length)


def rebuild(artifact: Artifact) -> Rebuilt | None:
    """Build the network of an artifact, or return None where its model is none.

    Raises:
        MissingExtraError: the `train` extra is not installed.
        UnknownModelError: the model is not registered here.
        ArtifactError: the artifact has no tensors, or not those of its model.
    """
    model = get_model(artifact.card.model)
    if model.rebuild is None:
        return None
    config = parse_config(model.config_type, dict(artifact.card.config))
    try:
        rebuilt: Rebuilt = model.rebuild(config, artifact.card.n_items, load(artifact.file(TENSORS_FILE)))
    except (RuntimeError, KeyError) as error:  # torch says so where names or shapes differ
        reason = str(error).splitlines()[0]
        raise ArtifactError(
            f"{artifact.folder}: {TENSORS_FILE} is of another {artifact.card.model} ({reason}); train it again"
        ) from error
    return rebuilt
