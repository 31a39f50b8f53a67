"""One step, measured in a process of its own."""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass

CORES = 2
_THREADS = ("POLARS_MAX_THREADS", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "ARROW_NUM_THREADS")


@dataclass(frozen=True, slots=True)
class Measured:
    """What a step took.

    Attributes:
        seconds: wall time of the step, without the start of the process and the imports.
        cpu: seconds of processor time of all its threads, which other work on the machine disturbs less.
        peak: bytes of memory that its process had at most.
    """

    seconds: float
    cpu: float
    peak: int


def measured(module: str, *arguments: str, python: str = sys.executable) -> Measured:
    """Run `python -m MODULE ARGUMENTS` on two cores; the module reports by `report`.

    Args:
        module, arguments: what to run.
        python: of another environment, for what cannot be installed in this one.

    Raises:
        subprocess.CalledProcessError: the step failed; its own message is on standard error.
    """
    environment = {**os.environ, **dict.fromkeys(_THREADS, str(CORES))}
    command = [python, "-m", module, *arguments]
    done = subprocess.run(command, env=environment, check=True, stdout=subprocess.PIPE, text=True)
    return Measured(**json.loads(done.stdout.splitlines()[-1]))


def report(step: Callable[[], object]) -> None:
    """Do a step in this process, and write what it took to standard output for `measured`."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:CORES])
    started, cpu_before = time.perf_counter(), time.process_time()
    step()
    seconds, cpu = time.perf_counter() - started, time.process_time() - cpu_before
    unit = 1 if sys.platform == "darwin" else 1024
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit
    sys.stdout.write(json.dumps({"seconds": seconds, "cpu": cpu, "peak": peak}) + "\n")


def smallest(runs: list[Measured]) -> Measured:
    """The least times, which other work disturbed least, and the highest peak."""
    return Measured(
        seconds=min(run.seconds for run in runs), cpu=min(run.cpu for run in runs), peak=max(run.peak for run in runs)
    )
