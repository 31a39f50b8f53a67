"""Attach pictures again and again, each time killed before one more of the steps that change files.

Arguments: the folder of the cases, each a copy of one dataset named by a number; source; `count`, or the numbers. For
`count`, the case `count` runs to the end and the number of steps is printed. A step is what an audit hook sees before
it happens: opening to write, making, linking, renaming and removing under the folder of the cases, and swapping.
"""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

CHANGES = {"os.mkdir", "os.link", "os.rename", "os.remove", "os.rmdir", "shutil.rmtree", "shutil.copytree"}


def changes(event: str, arguments: tuple, folder: str) -> bool:
    if event == "ctypes.dlsym":
        return "rename" in str(arguments[1])
    if event == "open":
        path, _, flags = arguments
        wanted = flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT) and str(path).startswith(folder)
        return bool(wanted)
    return event in CHANGES


def run(folder: Path, source: str, *, step: int) -> int:
    steps = 0

    def hook(event: str, arguments: tuple) -> None:
        nonlocal steps
        if changes(event, arguments, str(folder)):
            if steps == step:
                os.kill(os.getpid(), signal.SIGKILL)
            steps += 1

    from rr_data.images.attach import attach_images

    sys.addaudithook(hook)
    attach_images(folder / "data", source)
    return steps


def main(cases: Path, source: str, steps: list[str]) -> None:
    from rr_data.images.attach import attach_images  # noqa: F401  (before forking; pytest looks in here without it)

    for step in steps:
        child = os.fork()  # Polars has not started its threads yet
        if child == 0:
            done = run(cases / step, source, step=-1 if step == "count" else int(step))
            (cases / step / "steps").write_text(str(done))
            os._exit(0)
        os.waitpid(child, 0)


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], sys.argv[3:])
