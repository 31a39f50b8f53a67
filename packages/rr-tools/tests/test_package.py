from __future__ import annotations

import subprocess
import sys

import pytest

import rr_tools
import rr_tools.runtime


@pytest.mark.parametrize("package", [rr_tools, rr_tools.runtime])
def test_every_public_name_resolves(package):
    assert {name for name in package.__all__ if getattr(package, name) is None} == set()
    assert dir(package) == sorted(package.__all__)
    with pytest.raises(AttributeError):
        getattr(package, "nothing_of_that_name")  # noqa: B009  # the package answers, not the type checker


def test_importing_and_listing_load_nothing_heavy():
    program = (
        "import sys, rr_tools\n"
        "rr_tools.available()\n"
        "heavy = {'torch', 'recbole', 'scipy', 'onnxruntime', 'typer'} & set(sys.modules)\n"
        "sys.exit(f'imported {heavy}' if heavy else 0)\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
