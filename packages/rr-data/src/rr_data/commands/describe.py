"""`rr-data describe`: what a person checks first about a prepared dataset."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from rr_data.cli_output import print_description, print_json
from rr_data.description import describe as describe_dataset
from rr_data.description_page import write_page
from rr_data.prepared import PreparedDataset


def describe(
    folder: Annotated[Path, typer.Argument(help="A prepared dataset.")],
    html: Annotated[Path | None, typer.Option(help="Write a page with charts to this file.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Counts, sparsity, lengths and evidence horizons; with --html also charts, on one page that needs no network."""
    data = PreparedDataset.open(folder)
    description = describe_dataset(data)
    if html is not None:
        write_page(description, html, folder=data.path)
    if as_json:
        print_json(asdict(description))
        return
    print_description(description)
    if html is not None:
        typer.echo(f"page: {html}")
