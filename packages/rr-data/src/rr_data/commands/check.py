"""`rr-data check`: is a prepared dataset what it says it is?"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from rr_data.checks import check_prepared
from rr_data.cli_output import print_findings, print_json
from rr_data.prepared import PreparedDataset


def check(
    folder: Annotated[Path, typer.Argument(help="A prepared dataset.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Check checksums, codes, order, split, evidence horizons, task tables and leaks; exit code 1 where one fails."""
    findings = check_prepared(PreparedDataset.open(folder))
    if as_json:
        print_json({finding.check: finding.problem for finding in findings})
    else:
        print_findings(findings)
    if any(finding.problem for finding in findings):
        raise typer.Exit(1)
