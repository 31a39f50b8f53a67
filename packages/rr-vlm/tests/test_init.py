import subprocess
import sys

import pytest

import rr_vlm


def test_every_public_name_is_there():
    for name in rr_vlm.__all__:
        assert getattr(rr_vlm, name) is not None
    with pytest.raises(AttributeError, match="nothing"):
        _ = rr_vlm.nothing


def test_importing_is_light():
    code = "import rr_vlm, sys; print([m for m in ('torch', 'transformers', 'trl', 'datasets') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
