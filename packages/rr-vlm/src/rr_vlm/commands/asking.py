"""`rr-vlm rank`, `score`, `explain` and `observe`."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Annotated, Any

import numpy as np
import typer

import rr_vlm
from rr_data.interfaces import Part, PreparedDataset
from rr_vlm.commands.progress import progress_bars
from rr_vlm.errors import InputError

Reasoner = Annotated[Path, typer.Argument(help="A reasoner's folder.")]
Data = Annotated[Path, typer.Option(help="The prepared dataset it was tuned on.")]
Users = Annotated[list[str], typer.Option("--user", help="A user id; repeatable.")]
Items = Annotated[list[str], typer.Option("--item", help="An item id; repeatable.")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]


def rank(
    folder: Reasoner,
    data: Data,
    user: Users,
    k: Annotated[int, typer.Option("-k", min=1, help="Items to recommend.")] = 5,
    as_json: Json = False,
) -> None:
    """Recommend items after everything a user has done."""
    prepared, reasoner = _open(folder, data)
    answer = reasoner.deliberate(_queries(prepared, user), k)
    ids, titles = prepared.items["item_id"].to_list(), prepared.items["title"].to_list()
    for row, name in enumerate(user):
        items = [code for code in answer.items[row].tolist() if code >= 0]
        if as_json:
            line = {"user": name, "items": [ids[code] for code in items], "confidence": float(answer.confidence[row])}
            typer.echo(json.dumps({**line, "thought": answer.thoughts[row]}))
        else:
            typer.echo(f"{name}: {answer.thoughts[row]}")
            typer.echo("\n".join(f"  {ids[code]:<12} {titles[code]}" for code in items))


def score(
    folder: Reasoner,
    data: Data,
    user: Users,
    item: Items,
    task: Annotated[str, typer.Option(help="ctr or direct: whose wording asks.")] = "ctr",
    as_json: Json = False,
) -> None:
    """Say how likely each user likes each item."""
    prepared, reasoner = _open(folder, data)
    codes = _codes(prepared.items["item_id"].to_list(), item, "--item", data)
    queries = _queries(prepared, user)
    queries.candidates = np.tile(codes, (len(user), 1))
    for name, likely in zip(user, reasoner.click_probability(queries, task=task), strict=True):
        for code, probability in zip(item, likely.tolist(), strict=True):
            line = {"user": name, "item": code, "probability": probability}
            typer.echo(json.dumps(line) if as_json else f"{name:<12} {code:<12} {probability:.4f}")


def explain(
    folder: Reasoner,
    data: Data,
    user: Users,
    item: Items,
    stars: Annotated[int, typer.Option(min=1, max=5, help="The rating to explain.")] = 5,
    note: Annotated[
        list[str] | None, typer.Option(help="What else is known in words, where the rows had notes; one for each user.")
    ] = None,
    words: Annotated[int, typer.Option(min=1, help="Longest text, in tokens.")] = 32,
    as_json: Json = False,
) -> None:
    """Write why each user rates an item so; give as many items as users."""
    if len(user) != len(item) or (note and len(note) != len(user)):
        received = (len(user), len(item), len(note or ()))
        raise InputError("--user, --item, --note", received, "one item for each user, and no note or one for each")
    prepared, reasoner = _open(folder, data)
    codes = _codes(prepared.items["item_id"].to_list(), item, "--item", data)
    texts = reasoner.explain(_queries(prepared, user), codes, [stars] * len(user), notes=note or None, max_words=words)
    for name, code, text in zip(user, item, texts, strict=True):
        line = {"user": name, "item": code, "stars": stars, "text": text}
        typer.echo(json.dumps(line) if as_json else f"{name:<12} {code:<12} {text}")


def observe(
    data: Annotated[Path, typer.Argument(help="A prepared dataset.")],
    out: Annotated[Path, typer.Option(help="The NumPy archive (.npz) to write.")],
    reasoner: Annotated[Path | None, typer.Option(help="See through this reasoner; else nothing is trained.")] = None,
    part: Annotated[Part, typer.Option(help="Whose histories users are seen after.")] = "test",
    width: Annotated[int, typer.Option(min=4, help="Of the vectors without a reasoner.")] = 128,
    cache: Annotated[Path | None, typer.Option(help="Folder in which picture features are kept.")] = None,
    as_json: Json = False,
) -> None:
    """Write vectors of items and users, with their ids."""
    seen = None if reasoner is None else rr_vlm.VlmReasoner.load(reasoner)
    with progress_bars(shown=not as_json) as progress:
        made = rr_vlm.observe(
            PreparedDataset.open(data),
            reasoner=seen,
            part=part,
            width=width,
            cache=cache,
            progress=lambda done, total: progress("pictures", done, total),
        )
    made.save(out)
    shapes = {"items": list(made.items.shape), "users": list(made.users.shape)}
    typer.echo(json.dumps({"path": str(out), **shapes}) if as_json else f"{out}: {shapes}")


def _open(folder: Path, data: Path) -> tuple[PreparedDataset, rr_vlm.VlmReasoner]:
    prepared = PreparedDataset.open(data)
    reasoner = rr_vlm.VlmReasoner.load(folder)
    if reasoner.n_items != prepared.n_items:
        allowed = f"the dataset of this reasoner, {reasoner.n_items} items"
        raise InputError("--data", f"{prepared.n_items} items", allowed)
    return prepared, reasoner


def _queries(prepared: PreparedDataset, names: list[str]) -> Any:
    users = _codes(prepared.users["user_id"].to_list(), names, "--user", prepared.path)
    sequences, horizon = prepared.sequences("test"), prepared.evidence_horizon().normalized
    return SimpleNamespace(
        users=users, histories=[sequences[code] for code in users], evidence_horizon=horizon[users], candidates=None
    )


def _codes(known: list[str], names: list[str], option: str, data: Path) -> list[int]:
    codes = {name: code for code, name in enumerate(known)}
    unknown = [name for name in names if name not in codes]
    if unknown:
        raise InputError(option, unknown, f"ids of {data}")
    return [codes[name] for name in names]
