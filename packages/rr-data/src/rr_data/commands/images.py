"""`rr-data images`: give a prepared dataset its pictures."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Final

import typer

from rr_data.cli_output import print_json
from rr_data.commands.progress_bars import progress_bars
from rr_data.errors import MissingExtraError

COUNTS: Final = ("pictures", "covers", "unreadable_pictures", "failed_pictures")
_FAILED: Final = "images_failed.parquet"


def images(
    folder: Annotated[Path, typer.Argument(help="A prepared dataset; it is replaced when all is done.")],
    source: Annotated[
        str,
        typer.Argument(
            metavar="DIR|ZIP|LMDB|urls|covers",
            help="Pictures by item id: a folder, zip or LMDB; urls to download what image_url names, covers to render.",
        ),
    ],
    unreadable: Annotated[str, typer.Option(help="What an unreadable picture does: refuse, cover.")] = "refuse",
    base: Annotated[
        Path | None, typer.Option(help="For urls: where relative paths of files start; else the current folder.")
    ] = None,
    concurrency: Annotated[int, typer.Option(help="For urls: downloads at once; of one host 8 at most.")] = 32,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Give every item a 224x224 picture: its own, or a rendered cover.

    Stop and start it as you like: the dataset changes in one step at the end, and what was downloaded is not downloaded
    again. What could not be had is in images_failed.parquet.
    """
    try:
        from rr_data.images.attach import attach_images  # noqa: PLC0415  (an extra)
    except ImportError as error:
        raise MissingExtraError("making pictures", "images") from error
    with progress_bars(shown=not as_json) as progress:
        data = attach_images(
            folder, source, unreadable=unreadable, base=base, concurrency=concurrency, progress=progress
        )
    counts = {name: data.manifest.counts[name] for name in COUNTS}
    if as_json:
        print_json({"path": str(folder), "checksum": data.checksum, "counts": counts})
        return
    numbers = [f"{number:,} {name.replace('_', ' ')}" for name, number in counts.items()]
    typer.echo(f"{folder}: {', '.join(numbers)}")
    if counts["unreadable_pictures"] or counts["failed_pictures"]:
        typer.echo(f"  see {folder / _FAILED}")
