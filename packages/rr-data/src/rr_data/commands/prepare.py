"""`rr-data prepare`: from raw data to a prepared dataset."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from rr_data.cli_output import print_counts, print_json
from rr_data.commands.named_values import named_values
from rr_data.commands.progress_bars import progress_bars
from rr_data.evidence.levels import DEFAULT_THRESHOLDS
from rr_data.pipeline import prepare as prepare_dataset
from rr_data.sources.registry import source_names
from rr_data.splits.registry import split_names

_RAW, _TABLES, _TASKS = "Raw data", "What stays, and in which order", "Split and tasks"


def prepare(
    source: Annotated[str, typer.Argument(help=f"The raw format: {', '.join(source_names())}.")],
    paths: Annotated[list[Path], typer.Argument(help="Raw files or folders.")],
    out: Annotated[Path, typer.Option(help="The folder to write; a prepared dataset there is replaced.")],
    items: Annotated[
        Path | None, typer.Option(help="A table of item titles, texts, years, categories.", rich_help_panel=_RAW)
    ] = None,
    users: Annotated[Path | None, typer.Option(help="A table of texts about users.", rich_help_panel=_RAW)] = None,
    images: Annotated[
        str | None,
        typer.Option(
            help="Pictures by item id: a folder, zip or LMDB; `urls` to download, `covers` to render.",
            rich_help_panel=_RAW,
        ),
    ] = None,
    unreadable: Annotated[
        str, typer.Option(help="What an unreadable picture does: refuse, cover.", rich_help_panel=_RAW)
    ] = "refuse",
    option: Annotated[
        list[str] | None,
        typer.Option(help="NAME=VALUE for the source, such as user_id=customer; repeatable.", rich_help_panel=_RAW),
    ] = None,
    clean: Annotated[bool, typer.Option(help="Take markup and entities out of texts.", rich_help_panel=_RAW)] = True,
    k_core: Annotated[
        int, typer.Option(help="Keep users and items with so many interactions.", rich_help_panel=_TABLES)
    ] = 0,
    minimum_history: Annotated[
        int, typer.Option(help="Keep users with so many interactions.", rich_help_panel=_TABLES)
    ] = 0,
    duplicates: Annotated[
        str, typer.Option(help="Repeated user-item pairs: keep, first, last.", rich_help_panel=_TABLES)
    ] = "keep",
    ties: Annotated[
        str | None, typer.Option(help="Order among equal times: file, hash.", rich_help_panel=_TABLES)
    ] = None,
    seed: Annotated[int, typer.Option(help="Seed of everything that is drawn.", rich_help_panel=_TABLES)] = 0,
    normalizer: Annotated[
        str, typer.Option(help="Of the evidence horizon: raw, log, log-minmax, rank.", rich_help_panel=_TABLES)
    ] = "rank",
    thresholds: Annotated[
        tuple[float, float], typer.Option(help="Where low ends and high begins.", rich_help_panel=_TABLES)
    ] = DEFAULT_THRESHOLDS,
    split: Annotated[
        str, typer.Option(help=f"One of {', '.join(split_names())}.", rich_help_panel=_TASKS)
    ] = "leave_one_out",
    split_option: Annotated[
        list[str] | None,
        typer.Option(help="NAME=VALUE for the split, such as date=2022-08-01; repeatable.", rich_help_panel=_TASKS),
    ] = None,
    candidates: Annotated[
        int, typer.Option(help="Store so many candidates a user, target included.", rich_help_panel=_TASKS)
    ] = 0,
    candidate_draw: Annotated[
        str, typer.Option(help="How their negatives are drawn: uniform, popularity.", rich_help_panel=_TASKS)
    ] = "uniform",
    ctr_negatives: Annotated[
        int, typer.Option(help="Store clicks with so many negatives each.", rich_help_panel=_TASKS)
    ] = 0,
    ctr_pool: Annotated[
        str, typer.Option(help="What these are drawn from: catalogue, part.", rich_help_panel=_TASKS)
    ] = "catalogue",
    explanations: Annotated[
        bool, typer.Option("--explanations", help="Extract explanations from reviews.", rich_help_panel=_TASKS)
    ] = False,
    compat: Annotated[
        str | None,
        typer.Option(help="vip5: split explanations as VIP5 does, which leaks.", rich_help_panel=_TASKS),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Make a prepared dataset from raw data.

    For instance: rr-data prepare s3rec sequences.txt --items items.tsv --out beauty
    """
    with progress_bars(shown=not as_json) as progress:
        data = prepare_dataset(
            source,
            paths,
            out=out,
            items=items,
            users=users,
            images=images,
            unreadable=unreadable,
            options=named_values("--option", option or []),
            seed=seed,
            normalizer=normalizer,
            thresholds=thresholds,
            k_core=k_core,
            minimum_history=minimum_history,
            duplicates=duplicates,
            ties=ties,
            clean=clean,
            split=split,
            split_options=named_values("--split-option", split_option or []),
            candidates=candidates,
            candidate_draw=candidate_draw,
            ctr_negatives=ctr_negatives,
            ctr_pool=ctr_pool,
            explanations=explanations,
            compat=compat,
            progress=progress,
        )
    if as_json:
        print_json({"path": str(out), "checksum": data.checksum, "counts": data.manifest.counts})
    else:
        print_counts(data)
