"""`rr-planner`: the planner from the command line. The subcommands stand in `rr_planner.commands`, one a file."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from typing import NoReturn

from rr_planner import __version__
from rr_planner.commands import calibrate, doctor, drift, evaluate, explain, fit_selection, route, serve
from rr_planner.errors import PlannerError

USER_ERROR = 2
COMMANDS = (route, calibrate, fit_selection, evaluate, drift, explain, serve, doctor)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; a mistake of the user is one line on stderr and exit code 2."""
    options = _parser().parse_args(arguments)
    try:
        for line in options.run(options):
            sys.stdout.write(line + "\n")
        sys.stdout.flush()
    except BrokenPipeError:  # the reader of a pipe has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except (PlannerError, OSError) as error:
        sys.stderr.write(f"rr-planner {options.command}: {' '.join(str(error).split())}\n")
        return USER_ERROR
    return 0


class _OneLineParser(argparse.ArgumentParser):
    """Says a mistake in one line, where argparse prints the whole usage before it."""

    def error(self, message: str) -> NoReturn:
        self.exit(USER_ERROR, f"{self.prog}: {message}; see {self.prog} --help\n")


def _parser() -> argparse.ArgumentParser:
    parser = _OneLineParser(prog="rr-planner", description="Route queries by evidence and confidence.")
    parser.add_argument("--version", action="version", version=__version__)
    commands = parser.add_subparsers(dest="command", required=True)
    for command in COMMANDS:
        command.add(commands)
    return parser
