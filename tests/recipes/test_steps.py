"""Steps are reused when nothing changed, resumed when they were interrupted, and leave nothing when they fail."""

import io

import pytest
from rich.console import Console

from recipes.demo.steps import StepRunner


@pytest.fixture
def runner(tmp_path):
    return StepRunner(tmp_path / "out" / "steps", Console(file=io.StringIO()))


def run(runner, action, *, settings=None, after=()):
    return runner.run("one", action, settings=settings or {}, code=("recipes.demo.steps",), after=after, about="test")


def test_an_unchanged_step_is_reused_and_says_so(runner):
    calls = []
    first, second = (run(runner, lambda folder, report: calls.append(folder)) for _ in range(2))
    assert len(calls) == 1
    assert (first.reused, second.reused) == (False, True)
    assert "unchanged, reused" in runner.console.file.getvalue()


def test_another_setting_runs_the_step_in_an_empty_folder(runner):
    run(runner, lambda folder, report: (folder / "old").touch())
    seen = []
    run(runner, lambda folder, report: seen.append((folder / "old").exists()), settings={"seed": 2})
    assert seen == [False]


def test_an_interrupted_step_goes_on_in_its_folder(runner):
    def interrupted(folder, report):
        (folder / "checkpoint").touch()
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run(runner, interrupted)
    seen = []
    run(runner, lambda folder, report: seen.append((folder / "checkpoint").exists()))
    assert seen == [True]


def test_a_failing_step_leaves_nothing_behind(runner, tmp_path):
    def failing(folder, report):
        (folder / "half").touch()
        raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        run(runner, failing)
    assert list(tmp_path.iterdir()) == []
