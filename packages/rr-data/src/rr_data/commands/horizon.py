"""`rr-data horizon`: how many users are at which level of evidence horizon."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from rr_data.cli_output import print_horizons, print_json
from rr_data.description import horizon_shares
from rr_data.evidence.levels import LEVELS
from rr_data.prepared import PreparedDataset


def horizon(
    folder: Annotated[Path, typer.Argument(help="A prepared dataset.")],
    of: Annotated[str, typer.Option(help="Whom to grade: users, items.")] = "users",
    everything: Annotated[bool, typer.Option("--all", help="Count all interactions, not only training.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """The shares of users, or items, at each level of evidence horizon, under every normalizer."""
    data = PreparedDataset.open(folder)
    shares = horizon_shares(data, of=of, until="test" if everything else "train")
    if as_json:
        print_json({name: dict(zip(LEVELS, values, strict=True)) for name, values in shares.items()})
        return
    print_horizons(shares, of=of, chosen=data.evidence_horizon().normalizer)
