"""The public names, and what an import costs."""

import importlib
import pkgutil
import subprocess
import sys
from importlib.util import find_spec

import pytest

import rr_eval
import rr_eval.report


@pytest.mark.parametrize("package", [rr_eval, rr_eval.report])
def test_every_public_name_is_there(package):
    for name in package.__all__:
        if name == "TorchMetric" and find_spec("torchmetrics") is None:
            with pytest.raises(rr_eval.MissingExtraError):
                getattr(package, name)
        else:
            assert getattr(package, name) is not None
    assert dir(package) == sorted(package.__all__)
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        _ = package.nothing


@pytest.mark.parametrize("package", [rr_eval, rr_eval.report])
def test_no_module_shadows_a_public_name(package):
    modules = {module.name for module in pkgutil.iter_modules(package.__path__)}
    assert not modules & set(package.__all__)


def test_import_is_light():
    code = "import sys, rr_eval; print([m for m in ('pyarrow', 'numpy', 'jinja2', 'typer') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_without_jinja_only_rendering_fails(monkeypatch):
    monkeypatch.setitem(sys.modules, "jinja2", None)
    monkeypatch.delitem(sys.modules, "rr_eval.report.render", raising=False)
    assert rr_eval.report.Report is not None
    with pytest.raises(rr_eval.MissingExtraError, match=r"jinja2 is not installed.*pip install 'rr-eval\[report\]'"):
        importlib.import_module("rr_eval.report.render")
