"""From raw interactions to prepared datasets, evidence horizons, prompts and thought traces."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rr_data.evidence.horizon import evidence_horizon
    from rr_data.pipeline import prepare
    from rr_data.prepared import PreparedDataset

__version__ = "0.1.0"
__all__ = ["PreparedDataset", "evidence_horizon", "prepare"]

_HOMES = {
    "PreparedDataset": "rr_data.prepared",
    "evidence_horizon": "rr_data.evidence.horizon",
    "prepare": "rr_data.pipeline",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])
