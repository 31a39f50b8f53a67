"""Runs the examples of a document as its reader would: in order, in one folder, each seeing what came before."""

import os
import re
import shlex
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[1]
BLOCK = re.compile(r"^```(python|console)\n(.*?)^```$", re.MULTILINE | re.DOTALL)

RunExamples = Callable[..., dict[str, Any]]


@pytest.fixture
def run_examples(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> RunExamples:
    """Return a function that runs a document's Python blocks and its `$ rr-...` commands in `tmp_path`."""
    monkeypatch.chdir(tmp_path)

    def run(document: str, *, heading: str = "", **given: Any) -> dict[str, Any]:
        text = (ROOT / document).read_text()
        start = text.index(heading)
        end = text.find("\n## ", start + 1) if heading else -1
        namespace: dict[str, Any] = {"__name__": "example", **given}
        blocks = list(BLOCK.finditer(text, start, end if end > 0 else len(text)))
        assert any(block[1] == "python" for block in blocks), f"{document} has no Python example"
        for block in blocks:
            line = text.count("\n", 0, block.start(2))
            if block[1] == "python":
                exec(compile("\n" * line + block[2], str(ROOT / document), "exec"), namespace)
            else:
                for command in re.findall(r"^\$ (rr-.*)$", block[2], re.MULTILINE):
                    run_command(f"{document}:{line}", command)
        return namespace

    return run


def run_command(place: str, command: str) -> None:
    env = {**os.environ, "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])}
    done = subprocess.run(shlex.split(command, comments=True), env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{place}: `{command}` exits with {done.returncode}\n{done.stdout}{done.stderr}"
