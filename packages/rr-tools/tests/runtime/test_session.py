from __future__ import annotations

import pytest

from rr_tools import ArtifactError
from rr_tools.runtime.session import OnnxSession


def test_a_network_that_cannot_be_run():
    with pytest.raises(ArtifactError, match=r"onnxruntime [0-9.]+ cannot run the network .*; upgrade"):
        OnnxSession(b"no network", threads=1)
