"""`rr-vlm train`, `resume` and `curriculum`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

import rr_vlm
from rr_vlm.commands.files import write_text
from rr_vlm.commands.progress import progress_bars
from rr_vlm.curriculum.plot import curriculum_svg

Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]


def train(
    rows: Annotated[list[Path], typer.Argument(help="Parquet files of SFT rows.")],
    data: Annotated[Path, typer.Option(help="The prepared dataset of the rows.")],
    out: Annotated[Path, typer.Option(help="The folder to write.")],
    tool: Annotated[list[str] | None, typer.Option(help="A tool that thoughts name; repeat in their order.")] = None,
    config: Annotated[Path | None, typer.Option(help="YAML: prompt, backbone, training, preset, name.")] = None,
    preset: Annotated[str | None, typer.Option(help="reasonrec, p5, vip5 or unimp.")] = None,
    template: Annotated[int | None, typer.Option(help="Use rows of this wording alone.")] = None,
    tools: Annotated[bool, typer.Option("--tools/--no-tools", help="Use rows that show tools' answers.")] = True,
    uniform: Annotated[bool, typer.Option("--uniform", help="Draw rows evenly, without curriculum.")] = False,
    steps: Annotated[int | None, typer.Option(help="Optimizer steps.")] = None,
    seed: Annotated[int | None, typer.Option(help="Seed of weights and sample stream.")] = None,
    cache: Annotated[Path | None, typer.Option(help="Folder in which picture features are kept.")] = None,
    as_json: Json = False,
) -> None:
    """Tune a reasoner."""
    values = rr_vlm.read_options(config)
    given = {"max_steps": steps, "seed": seed}
    values["training"] = {**values.get("training", {}), **{k: v for k, v in given.items() if v is not None}}
    if uniform:
        values["training"]["curriculum"] = {**values["training"].get("curriculum", {}), "uniform": True}
    values |= {"rows": [str(file) for file in rows], "data": str(data), "out": str(out)}
    chosen = {"tools": tool, "cache": str(cache) if cache else None, "preset": preset, "template": template}
    values |= {key: value for key, value in chosen.items() if value is not None}
    values |= {} if tools else {"use_tools": False}
    _run(rr_vlm.Recipe.of(values), resume=False, as_json=as_json)


def resume(out: Annotated[Path, typer.Argument(help="The folder given to `train`.")], as_json: Json = False) -> None:
    """Continue an interrupted `train` from its last checkpoint."""
    _run(rr_vlm.interrupted_recipe(out), resume=True, as_json=as_json)


def curriculum(
    steps: Annotated[int, typer.Option(min=1, help="Optimizer steps.")] = 1000,
    config: Annotated[Path | None, typer.Option(help="YAML whose training.curriculum is shown.")] = None,
    plot: Annotated[Path | None, typer.Option(help="An SVG file to write.")] = None,
    as_json: Json = False,
) -> None:
    """Show which mixture of evidence-horizon levels each step draws from."""
    arguments = rr_vlm.read_options(config).get("training", {}).get("curriculum", {})
    plan = rr_vlm.Curriculum.of(arguments).plan(steps)
    if plot is not None:
        write_text(plot, curriculum_svg(plan), option="--plot")
    boundaries = {phase.value: first for phase, first in plan.boundaries().items()}
    if as_json:
        typer.echo(json.dumps({"boundaries": boundaries, "shares": plan.shares.round(6).tolist()}))
        return
    for phase, first in boundaries.items():
        low, medium, high = plan.shares[first]
        typer.echo(f"from step {first:>6}  {phase:<12} low {low:.2f}  medium {medium:.2f}  high {high:.2f}")


def _run(recipe: rr_vlm.Recipe, *, resume: bool, as_json: bool) -> None:
    with progress_bars(shown=not as_json) as progress:
        out = recipe.run(resume=resume, progress=progress)
    made = rr_vlm.read_card(out)["training"]
    if as_json:
        typer.echo(json.dumps({"path": str(out), "training": made}))
    else:
        typer.echo(
            f"{out}: {made['steps']} steps in {made['seconds']} s, loss {made['last'].get('loss', float('nan')):.3f}"
        )
