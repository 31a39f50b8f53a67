"""What a team gets that installs nothing but this package."""

import importlib
import re
import subprocess
import sys
from pathlib import Path

import pytest

import rr_planner

README = Path(__file__).parents[1] / "README.md"


def blocks(language):
    return re.findall(rf"```{language}\n(.*?)```", README.read_text(encoding="utf-8"), flags=re.DOTALL)


def test_every_public_name_exists_and_is_documented():
    for name in rr_planner.__all__:
        assert getattr(rr_planner, name) is not None
    table = README.read_text(encoding="utf-8")
    missing = [name for name in rr_planner.__all__ if name != "__version__" and f"`{name}`" not in table]
    assert missing == []


def test_unknown_names_are_attribute_errors():
    with pytest.raises(AttributeError, match="'Plannr'"):
        _ = rr_planner.Plannr
    assert set(rr_planner.__all__) <= set(dir(rr_planner))


def test_no_public_name_is_hidden_by_a_module_of_its_own():
    for path in Path(rr_planner.__file__).parent.glob("*.py"):
        if path.stem not in ("__init__", "cli"):
            module = importlib.import_module(f"rr_planner.{path.stem}")
            assert path.stem not in rr_planner.__all__, module


def test_import_is_light():
    code = (
        "import sys, time; start = time.perf_counter(); import rr_planner; took = time.perf_counter() - start; "
        "assert 'numpy' not in sys.modules; assert took < 0.2, took; "
        "from rr_planner import Planner, Bands; from rr_planner import cli; import rr_planner.testing; "
        "foreign = {name.split('.')[0] for name in sys.modules} - set(sys.stdlib_module_names) - {'cython_runtime'}; "
        "print(sorted(name for name in foreign if not name.startswith('_')))"
    )
    done = subprocess.run([sys.executable, "-S", "-c", _with_path(code)], capture_output=True, text=True, check=False)
    assert done.stderr == ""
    assert done.stdout.strip() == "['numpy', 'rr_planner']"


def _with_path(code):
    # -S leaves out site-packages' start-up files, which import packages of their own.
    return f"import sys; sys.path[:0] = {[path for path in sys.path if path]!r}; " + code


@pytest.mark.parametrize("block", range(len(blocks("python"))))
def test_readme_examples_run(block, capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    exec(compile(blocks("python")[block], f"README block {block}", "exec"), {})


def test_the_first_example_shows_every_route_in_ten_lines(capsys):
    lines = [line for line in blocks("python")[0].splitlines() if line.strip()]
    assert len(lines) <= 10
    exec("\n".join(lines), {})
    shown = capsys.readouterr().out
    assert [shown.count(f"{risk} risk") for risk in ("low", "medium", "high")] == [1, 2, 1]
