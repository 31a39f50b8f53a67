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
    """A model of this package: the module it stands in, one line on it, and its name in the module."""

    module: str
    summary: str
    attribute: str = "MODEL"


def _with_features(module: str) -> BuiltIn:
    return BuiltIn(module, "the same, items known by visual and text features instead of ids", "MODEL_V")


BUILT_IN: Mapping[str, BuiltIn] = {
    "afn+": BuiltIn("rr_tools.ctr.afn", "learned crosses and a deep net on clicks (Cheng et al. 2020)"),
    "attribute-knn": BuiltIn("rr_tools.neighbors.attribute_neighbors", "items that share rare categories or brands"),
    "attn2seq": BuiltIn("rr_tools.explanation.attn2seq", "says why, from user, item and rating (Dong et al. 2017)"),
    "autoint+": BuiltIn("rr_tools.ctr.autoint", "self-attention between fields, on clicks (Song et al. 2019)"),
    "bpr": BuiltIn("rr_tools.recbole.bpr", "matrix factorisation with a pairwise loss (Rendle et al. 2009)"),
    "bpr-mlp": BuiltIn("rr_tools.recbole.bpr_mlp", "a perceptron over user and item vectors, with a pairwise loss"),
    "dcnv2": BuiltIn("rr_tools.ctr.dcn_v2", "explicit crosses and a deep net, on clicks (Wang et al. 2021)"),
    "dhen": BuiltIn("rr_tools.ctr.dhen", "layers of several interactions at once, on clicks (Zhang et al. 2022)"),
    "dlrm": BuiltIn("rr_tools.ctr.dlrm", "dot products of fields, on clicks (Naumov et al. 2019)"),
    "ease": BuiltIn("rr_tools.neighbors.ease", "a linear model of every item from all others (Steck 2019)"),
    "finalmlp": BuiltIn("rr_tools.ctr.final_mlp", "two perceptrons with gates, on clicks (Mao et al. 2023)"),
    "item-transition": BuiltIn("rr_tools.neighbors.item_transition", "transitions between items a few steps apart"),
    "itemknn": BuiltIn("rr_tools.neighbors.item_knn", "items that the same users took (Sarwar et al. 2001)"),
    "lightgcn": BuiltIn(
        "rr_tools.recbole.lightgcn", "vectors averaged over the graph of who took what (He et al. 2020)"
    ),
    "lightsans": BuiltIn("rr_tools.recbole.lightsans", "attention to a few pooled interests (Fan et al. 2021)"),
    "lightsans+v": _with_features("rr_tools.recbole.lightsans"),
    "masknet": BuiltIn("rr_tools.ctr.mask_net", "layers masked by the whole row, on clicks (Wang et al. 2021)"),
    "nextitnet": BuiltIn("rr_tools.recbole.nextitnet", "dilated convolutions over the history (Yuan et al. 2019)"),
    "nextitnet+v": _with_features("rr_tools.recbole.nextitnet"),
    "nrt": BuiltIn("rr_tools.explanation.nrt", "expects the rating and says why (Li et al. 2017)"),
    "peter": BuiltIn("rr_tools.explanation.peter", "a transformer that says why (Li et al. 2021)"),
    "popularity": BuiltIn("rr_tools.neighbors.popularity", "how often each item was taken"),
    "s3rec": BuiltIn("rr_tools.recbole.s3rec", "self-attention, pretrained on items' attributes (Zhou et al. 2020)"),
    "s3rec+v": _with_features("rr_tools.recbole.s3rec"),
    "sasrec": BuiltIn("rr_tools.recbole.sasrec", "self-attention over the history (Kang and McAuley 2018)"),
    "sasrec+v": _with_features("rr_tools.recbole.sasrec"),
    "text-knn": BuiltIn("rr_tools.neighbors.text_neighbors", "items whose titles share rare words (TF-IDF)"),
    "xdeepfm": BuiltIn("rr_tools.ctr.xdeepfm", "compressed interactions and a deep net, on clicks (Lian et al. 2018)"),
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
            model = getattr(import_module(BUILT_IN[name].module), BUILT_IN[name].attribute)
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
