"""The bench `leaks`: how far "the next integers" get with a source's own numbers, and with random codes."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Annotated

import numpy as np
import typer
from numpy.typing import NDArray

from rr_data import PreparedDataset, prepare
from rr_data.interfaces import Sequences
from rr_data.splits.leaks import next_integers_hit_rate


def leaks(
    sequences: Annotated[Path, typer.Option(help="A file of S3-Rec's sequences, whose items are integers.")],
    seeds: Annotated[int, typer.Option(min=1, help="How many seeds of random codes.")] = 5,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """HR@5 of the five unseen integers after the largest one in the history, on test items: what numbers give away."""
    with tempfile.TemporaryDirectory() as folder:
        prepared = [prepare("s3rec", [sequences], out=Path(folder) / str(seed), seed=seed) for seed in range(seeds)]
        numbers = np.array([int(item) for item in prepared[0].items["item_id"]])
        rates = [hit_rate(data, np.arange(data.n_items)) for data in prepared]
        with_numbers = hit_rate(prepared[0], numbers)
    if as_json:
        typer.echo(json.dumps({"source_numbers": with_numbers, "random_codes": rates}))
    else:
        shown = ", ".join(f"{rate:.4f}" for rate in rates)
        typer.echo(f"{sequences}: HR@5 {with_numbers:.4f} with the source's numbers; with random codes {shown}")


def hit_rate(data: PreparedDataset, numbers: NDArray[np.int64]) -> float:
    """The rule's HR@5 where item code c is called `numbers[c]`."""
    histories, targets = data.sequences(until="validation"), data.targets("test")
    named = Sequences(numbers[histories.items], histories.offsets)
    return next_integers_hit_rate(named, np.where(targets >= 0, numbers[targets], -1))
