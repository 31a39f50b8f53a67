"""Sources by name: ours, and those that other distributions register.

A distribution adds its own under the entry-point group `rr_data.sources`:

    [project.entry-points."rr_data.sources"]
    our_shop = "our_package.reader:OurShop"
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass
from importlib.metadata import EntryPoint, entry_points
from types import MappingProxyType
from typing import Final

from rr_data.errors import OptionError, UnknownNameError
from rr_data.sources.source import Source

GROUP: Final = "rr_data.sources"
_OURS: Final = MappingProxyType(
    {
        "amazon_2014": "rr_data.sources.amazon_2014:Amazon2014",
        "amazon_2018": "rr_data.sources.amazon_2018:Amazon2018",
        "amazon_2023": "rr_data.sources.amazon_2023:Amazon2023",
        "huggingface": "rr_data.sources.huggingface:HuggingFace",
        "movielens": "rr_data.sources.movielens:MovieLens",
        "multi_domain": "rr_data.sources.multi_domain:MultiDomain",
        "ninerec": "rr_data.sources.ninerec:NineRec",
        "p5": "rr_data.sources.p5:P5",
        "peter": "rr_data.sources.peter:Peter",
        "pixelrec": "rr_data.sources.pixelrec:PixelRec",
        "recbole_atomic": "rr_data.sources.recbole_atomic:RecBoleAtomic",
        "s3rec": "rr_data.sources.s3rec:S3Rec",
        "tabular": "rr_data.sources.tabular:Tabular",
    }
)


def source_names() -> tuple[str, ...]:
    """The names of all sources."""
    return tuple(sorted(_registered()))


def get_source(name: str, options: Mapping[str, str] = MappingProxyType({})) -> Source:
    """Make a source.

    Args:
        name: its name; dashes and underscores are the same.
        options: values for the source's own options.

    Raises:
        UnknownNameError: no such source, or no such option of it; names the nearest.
        OptionError: the source refuses an option's value.

    Example:
        >>> get_source("s3rec")
        S3Rec(users=None)
    """
    registered = _registered()
    key = name.replace("-", "_")
    if key not in registered:
        raise UnknownNameError("source", name, registered)
    factory: Callable[..., Source] = registered[key].load()
    known = _option_names(factory)
    for option in options:
        if option not in known:
            raise UnknownNameError(f"option of source {key}", option, known)
    source = factory(**options)
    if not isinstance(source, Source):
        raise OptionError(f"source {key}", type(source).__name__, "an object with a method read(paths)")
    return source


def _option_names(factory: object) -> list[str]:
    return [field.name for field in fields(factory)] if is_dataclass(factory) else []


def _registered() -> dict[str, EntryPoint]:
    ours = {name: EntryPoint(name, value, GROUP) for name, value in _OURS.items()}
    others = {point.name.replace("-", "_"): point for point in entry_points(group=GROUP)}
    return others | ours
