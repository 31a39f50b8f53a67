from __future__ import annotations

from collections.abc import Sequence
from importlib.metadata import EntryPoint
from pathlib import Path

import pytest

from rr_data.errors import DataError, OptionError, UnknownNameError, UnreadableSourceError
from rr_data.sources import registry
from rr_data.sources.registry import get_source, source_names
from rr_data.sources.source import RAW_INTERACTIONS, RAW_ITEMS, RawData, Source


class Other:
    """A team's own source."""

    def read(self, paths: Sequence[Path]) -> RawData:
        raise NotImplementedError


@pytest.mark.parametrize("name", source_names())
def test_every_source_keeps_the_contract(name: str, tmp_path: Path) -> None:
    source = get_source(name)
    assert isinstance(source, Source)
    assert source == get_source(name.replace("_", "-"))
    with pytest.raises(UnreadableSourceError, match="nowhere"):
        source.read([tmp_path / "nowhere"])


def test_registered_by_another_distribution(monkeypatch) -> None:
    point = EntryPoint("our-shop", f"{__name__}:Other", registry.GROUP)
    monkeypatch.setattr(EntryPoint, "load", lambda self: Other)
    monkeypatch.setattr(registry, "entry_points", lambda group: [point])
    assert "our_shop" in source_names()
    assert isinstance(get_source("our-shop"), Other)
    with pytest.raises(UnknownNameError, match="option of source our_shop"):
        get_source("our_shop", {"x": "1"})


def test_what_is_no_source_is_refused(monkeypatch) -> None:
    monkeypatch.setattr(EntryPoint, "load", lambda self: dict)
    with pytest.raises(OptionError, match="read"):
        get_source("s3rec")


def test_unknown() -> None:
    with pytest.raises(UnknownNameError, match="Did you mean 's3rec'"):
        get_source("s3-rek")
    with pytest.raises(DataError):
        get_source("tabular", {"time_unit": "days"})


def test_schemas_agree() -> None:
    assert RAW_INTERACTIONS.names()[:4] == ["user_id", "item_id", "timestamp", "rating"]
    assert "item_id" in RAW_ITEMS
