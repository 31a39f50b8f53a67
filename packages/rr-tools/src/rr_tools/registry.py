"""Every trainable model by name. Names are known at once; a model's module is imported when it is asked for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module
from importlib.metadata import EntryPoint, entry_points

from rr_tools.errors import MissingExtraError, ToolError, UnknownModelError
from rr_tools.model import Model

ENTRY_POINTS = "rr_tools.models"


@dataclass(frozen=True, slots=True)
class BuiltIn:
    """A model of this package: the module whose `MODEL` it is, and one line on it."""

    module: str
    summary: str


BUILT_IN: Mapping[str, BuiltIn] = {
    "bpr": BuiltIn("rr_tools.recbole.bpr", "matrix factorisation with a pairwise loss (Rendle et al. 2009)"),
    "item-transition": BuiltIn("rr_tools.neighbors.item_transition", "transitions between items a few steps apart"),
    "popularity": BuiltIn("rr_tools.neighbors.popularity", "how often each item was taken"),
    "sasrec": BuiltIn("rr_tools.recbole.sasrec", "self-attention over the history (Kang and McAuley 2018)"),
}


def available() -> tuple[str, ...]:
    """Return the names of all registered models, those of installed packages included, in order.

    A package adds its own with an entry point of the group `rr_tools.models` that names a `rr_tools.model.Model`.
    """
    return tuple(summaries())


def summaries() -> dict[str, str]:
    """Return one line on every registered model, by name, in order; nothing is imported."""
    installed = {name: f"from {point.value}" for name, point in _installed().items()}
    lines = {**installed, **{name: model.summary for name, model in BUILT_IN.items()}}
    return dict(sorted(lines.items()))


def get_model(name: str) -> Model:
    """Import a registered model; a built-in name cannot be taken by another package.

    Raises:
        UnknownModelError: nothing is registered under this name; the nearest name is given.
        MissingExtraError: the model needs packages of the `train` extra that are not installed.
        ToolError: an entry point names something that is no `Model`.
    """
    if name in BUILT_IN:
        try:
            model = import_module(BUILT_IN[name].module).MODEL
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
