"""The command line: `rr-tools list | train | tune | export | predict | serve-check | card`."""

from __future__ import annotations

import sys
from typing import Any, Final

import typer

from rr_tools.commands.card import card
from rr_tools.commands.export import export
from rr_tools.commands.list_models import list_models
from rr_tools.commands.predict import predict
from rr_tools.commands.serve_check import serve_check
from rr_tools.commands.train import train
from rr_tools.commands.tune import tune
from rr_tools.errors import ToolError

USER_MISTAKE: Final = 2
INTERRUPTED: Final = 130
_USAGE_ERROR: Any = typer.BadParameter.__mro__[1]  # of click, which newer typers carry inside
app = typer.Typer(
    help="Train classical recommenders, search their options, let them answer, and check what serves them.",
    add_completion=False,
)
app.command("list")(list_models)
app.command("serve-check")(serve_check)
for _command in (train, tune, export, predict, card):
    app.command()(_command)


def main() -> None:
    """Run the command line; a user's mistake is one line on stderr and exit code 2."""
    try:
        code = app(standalone_mode=False)
    except (ToolError, OSError) as error:
        _fail(str(error), USER_MISTAKE)
    except _USAGE_ERROR as error:
        _fail(f"{error.format_message().rstrip('.')}; see rr-tools --help", USER_MISTAKE)
    except (KeyboardInterrupt, typer.Abort):
        _fail("interrupted; nothing was written", INTERRUPTED)
    sys.exit(code if isinstance(code, int) else 0)


def _fail(message: str, code: int) -> None:
    typer.echo(f"rr-tools: {' '.join(message.split())}", err=True)
    sys.exit(code)
