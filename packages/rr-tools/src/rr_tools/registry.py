"""Every trainable model by name. Names are known at once; a model's module is imported when it is asked for."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from importlib.metadata import EntryPoint, entry_points

from rr_tools.errors import MissingExtraError, ToolError, UnknownModelError
from rr_tools.model import Model

ENTRY_POINTS = "rr_tools.models"
BUILT_IN: Mapping[str, str] = {
    "bpr": "rr_tools.recbole.bpr:MODEL",
    "item-transition": "rr_tools.neighbors.item_transition:MODEL",
    "popularity": "rr_tools.neighbors.popularity:MODEL",
    "sasrec": "rr_tools.recbole.sasrec:MODEL",
}


def available() -> tuple[str, ...]:
    """Return the names of all registered models, those of installed packages included, in order.

    A package adds its own with an entry point of the group `rr_tools.models` that names a `rr_tools.model.Model`.
    """
    return tuple(sorted({*BUILT_IN, *_installed()}))


def get_model(name: str) -> Model:
    """Import a registered model; a built-in name cannot be taken by another package.

    Raises:
        UnknownModelError: nothing is registered under this name; the nearest name is given.
        MissingExtraError: the model needs packages of the `train` extra that are not installed.
        ToolError: an entry point names something that is no `Model`.
    """
    if name in BUILT_IN:
        module, _, attribute = BUILT_IN[name].partition(":")
        try:
            model = getattr(import_module(module), attribute)
        except ModuleNotFoundError as error:
            raise MissingExtraError(str(error.name)) from error
    elif name in (installed := _installed()):
        model = installed[name].load()
    else:
        raise UnknownModelError(name, available())
    if not isinstance(model, Model):
        raise ToolError(
            f"the entry point of model {name!r} holds a {type(model).__name__}; it must be a rr_tools Model"
        )
    return model


def _installed() -> dict[str, EntryPoint]:
    return {point.name: point for point in entry_points(group=ENTRY_POINTS)}
