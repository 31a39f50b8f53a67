"""Resumable steps: a step runs when its inputs changed and is reused, with a word about it, when they did not."""

from __future__ import annotations

import hashlib
import importlib.util
import json
import shutil
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

Report = Callable[[int, int], None]
"""A step calls it with (done, total); the bar shows both and the time left."""


@dataclass(frozen=True, slots=True)
class Step:
    """One finished or reused step.

    Attributes:
        name: the step's name, also its folder.
        folder: where its results lie.
        fingerprint: hash of everything that the results depend on.
        seconds: how long it took when it ran.
        reused: whether this run found it unchanged.
    """

    name: str
    folder: Path
    fingerprint: str
    seconds: float
    reused: bool


class StepRunner:
    """Runs steps in order below one folder.

    A step writes into a folder of its own. What is complete is marked by `step.json`, written last, so an interrupted
    step is found unfinished and runs again; a step that keeps checkpoints in `folder` resumes from them, because a
    half-done folder is only cleared when its inputs changed.

    Args:
        root: where the steps' folders lie.
        console: where progress is shown.
    """

    def __init__(self, root: Path, console: Console) -> None:
        """See the class."""
        self.root = root
        self.console = console
        self.steps: list[Step] = []

    def run(
        self,
        name: str,
        action: Callable[[Path, Report], None],
        *,
        settings: Mapping[str, Any],
        code: Sequence[str],
        after: Sequence[Step] = (),
        about: str,
    ) -> Step:
        """Run `action(folder, report)` unless its results stand for the same inputs.

        Args:
            name: the step's name.
            action: does the work and leaves its results in `folder`.
            settings: JSON values the results depend on.
            code: modules or packages whose source the results depend on.
            after: steps whose results are read.
            about: what it does and how long it takes, for the person who waits.
        """
        folder = self.root / name
        fingerprint = _fingerprint(settings, [step.fingerprint for step in after], code)
        record = _read(folder / "step.json")
        if record.get("fingerprint") == fingerprint:
            self.console.print(f"[green]=[/] {name}: unchanged, reused ({record['seconds']:.0f} s saved)")
            return self._keep(Step(name, folder, fingerprint, float(record["seconds"]), True))
        with self._bar(f"{name}: {about}") as report, _workplace(folder, fingerprint):
            begun = time.perf_counter()
            action(folder, report)
        seconds = time.perf_counter() - begun
        write_json(folder / "step.json", {"fingerprint": fingerprint, "seconds": seconds})
        self.console.print(f"[blue]+[/] {name}: {about} ({seconds:.0f} s)")
        return self._keep(Step(name, folder, fingerprint, seconds, False))

    def _keep(self, step: Step) -> Step:
        self.steps.append(step)
        return step

    @contextmanager
    def _bar(self, text: str) -> Iterator[Report]:
        columns = (TextColumn("  {task.description}"), BarColumn(), MofNCompleteColumn())
        with Progress(
            *columns, TimeElapsedColumn(), TimeRemainingColumn(), console=self.console, transient=True
        ) as progress:
            task = progress.add_task(text, total=None)
            yield lambda done, total: progress.update(task, completed=done, total=total)


@contextmanager
def _workplace(folder: Path, fingerprint: str) -> Iterator[None]:
    """Make the folder ready; an interrupted step leaves it, to go on there, and one that fails takes it away."""
    resumed = _read(folder / "started.json").get("fingerprint") == fingerprint
    if not resumed:
        shutil.rmtree(folder, ignore_errors=True)
    missing = [parent for parent in (folder, *folder.parents) if not parent.exists()]
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "step.json").unlink(missing_ok=True)
    write_json(folder / "started.json", {"fingerprint": fingerprint})
    try:
        yield
    except Exception:
        if not resumed:
            shutil.rmtree(missing[-1] if missing else folder)
        raise


def write_json(path: Path, value: Mapping[str, Any]) -> None:
    """Write `value` as JSON, whole or not at all."""
    beside = path.with_name(path.name + ".partial")
    beside.write_text(json.dumps(value, indent=2, sort_keys=True) + "\n", encoding="utf-8")
    beside.replace(path)


def _read(path: Path) -> dict[str, Any]:
    try:
        value = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return value if isinstance(value, dict) else {}


def _fingerprint(settings: Mapping[str, Any], upstream: Sequence[str], code: Sequence[str]) -> str:
    digest = hashlib.sha256(json.dumps([settings, list(upstream)], sort_keys=True).encode())
    for module in code:
        for path in _sources(module):
            digest.update(path.name.encode() + path.read_bytes())
    return digest.hexdigest()


def _sources(module: str) -> list[Path]:
    spec = importlib.util.find_spec(module)
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError(f"the recipe needs {module}; install the five packages (nox -s demo does)")
    origin = Path(spec.origin)
    return sorted(origin.parent.rglob("*.py")) if origin.name == "__init__.py" else [origin]
