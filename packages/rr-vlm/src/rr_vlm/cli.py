"""The command line: `rr-vlm train | resume | curriculum | observe | rank | score | explain | card | push`."""

from __future__ import annotations

import sys
from typing import Any

import typer

from rr_data.interfaces import DataError
from rr_vlm.commands import asking, cards, tuning
from rr_vlm.errors import VlmError

MISTAKE, INTERRUPTED = 2, 130
_USAGE_ERROR: Any = typer.BadParameter.__mro__[1]  # of click, which newer typers carry inside
app = typer.Typer(help="A vision-language model that observes and deliberates.", add_completion=False)
for _command in (
    tuning.train,
    tuning.resume,
    tuning.curriculum,
    asking.observe,
    asking.rank,
    asking.score,
    asking.explain,
    cards.card,
    cards.push,
):
    app.command()(_command)


def main() -> None:
    """Run the command line; a user's mistake is one line on stderr and exit code 2."""
    try:
        code = app(standalone_mode=False)
    except (VlmError, DataError) as error:
        _fail(str(error), MISTAKE)
    except _USAGE_ERROR as error:
        _fail(f"{error.format_message().rstrip('.')}; see rr-vlm --help", MISTAKE)
    except (KeyboardInterrupt, typer.Abort):
        code = INTERRUPTED
    if code == INTERRUPTED:
        _fail("interrupted; continue a training run with `rr-vlm resume OUT`", INTERRUPTED)
    sys.exit(code if isinstance(code, int) else 0)


def _fail(message: str, code: int) -> None:
    typer.echo(f"rr-vlm: {' '.join(message.split())}", err=True)
    sys.exit(code)


if __name__ == "__main__":
    main()
