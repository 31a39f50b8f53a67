"""The command line: `rr-data prepare | describe | horizon | images | prompts | traces | check`."""

from __future__ import annotations

import sys
from typing import Any, Final

import typer

from rr_data.commands.check import check
from rr_data.commands.describe import describe
from rr_data.commands.horizon import horizon
from rr_data.commands.images import images
from rr_data.commands.prepare import prepare
from rr_data.commands.prompts import prompts
from rr_data.commands.traces import traces
from rr_data.errors import DataError

MISTAKE: Final = 2
_USAGE_ERROR: Any = typer.BadParameter.__mro__[1]  # of click, which newer typers carry inside
app = typer.Typer(help="From raw data to prepared datasets, prompts and thought traces.", add_completion=False)
for _command in (prepare, describe, horizon, images, prompts, traces, check):
    app.command()(_command)


def main() -> None:
    """Run the command line; a user's mistake is one line on stderr and exit code 2."""
    try:
        code = app(standalone_mode=False)
    except DataError as error:
        _fail(str(error), MISTAKE)
    except _USAGE_ERROR as error:
        _fail(f"{error.format_message().rstrip('.')}; see rr-data --help", MISTAKE)
    except (KeyboardInterrupt, typer.Abort):
        _fail("interrupted; nothing was written", 130)
    sys.exit(code if isinstance(code, int) else 0)


def _fail(message: str, code: int) -> None:
    typer.echo(f"rr-data: {' '.join(message.split())}", err=True)
    sys.exit(code)
