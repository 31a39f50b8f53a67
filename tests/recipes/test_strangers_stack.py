"""A stranger's stack in under 60 lines: cheaper than the classifier, better than either model alone."""

import re
import runpy
from pathlib import Path

import pytest

pytest.importorskip("implicit", reason="the recipe routes to a model of it")
pytest.importorskip("sklearn", reason="the recipe routes to a model of it")

RECIPE = Path(__file__).parents[2] / "recipes" / "strangers_stack.py"


def test_it_routes_between_models_that_nobody_of_us_wrote(capsys: pytest.CaptureFixture[str]) -> None:
    assert len(RECIPE.read_text().splitlines()) < 60
    found = runpy.run_path(str(RECIPE))
    shown = capsys.readouterr().out
    routed, als, bayes = (float(rate) for rate in re.findall(r"0\.\d{3}", shown.splitlines()[-1]))
    assert routed > max(als, bayes)
    assert set(found["answers"].served_by) == {"als", "bayes"}
    assert found["answers"].share("tools") > 0.5
