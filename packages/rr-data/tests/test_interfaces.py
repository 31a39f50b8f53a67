from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import rr_data
from rr_data import interfaces


def test_everything_promised_is_there() -> None:
    assert all(hasattr(interfaces, name) for name in interfaces.__all__)
    assert all(getattr(rr_data, name) for name in rr_data.__all__)


def test_names_of_the_package_are_not_hidden_by_modules() -> None:
    """A module of the same name would take its place as soon as anything imports it."""
    folder = Path(rr_data.__file__).parent
    assert {path.stem for path in folder.iterdir()}.isdisjoint(rr_data.__all__)


def test_import_is_light() -> None:
    code = (
        "import sys, rr_data; assert 'polars' not in sys.modules; import rr_data.interfaces;"
        "assert not {'PIL', 'datasets', 'torch', 'pandas'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
