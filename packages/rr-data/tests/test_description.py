from __future__ import annotations

import json
from dataclasses import asdict

import polars as pl
import pytest

from rr_data.describing.histogram import Histogram
from rr_data.description import _reasons, describe
from rr_data.prepared import PreparedDataset


def test_description(prepared: PreparedDataset) -> None:
    description = describe(prepared)
    assert description.parts == {"train": 8, "validation": 3, "test": 3}
    assert description.sparsity == pytest.approx(1 - 14 / 32)
    assert (description.lengths[0], description.lengths[-1]) == (2, 5)
    assert description.popularity[-1] == 4
    assert sum(description.eh_shares) == pytest.approx(1)


def test_distributions(prepared: PreparedDataset) -> None:
    description = describe(prepared)
    assert description.length_histogram == Histogram(("2-3", "4-7"), (2, 2))
    assert description.popularity_histogram == Histogram(("1", "2-3", "4-7"), (5, 2, 1))
    assert description.ratings == Histogram(("1", "2", "3", "4", "5"), (1, 2, 3, 4, 4))
    assert description.times == Histogram(("1970-01-01",), (14,))
    own = next(own for own in description.horizons if own.normalizer == description.normalizer)
    assert own.shares == pytest.approx(description.eh_shares)
    assert sum(group.users for group in description.groups) == 4
    assert [item.count for item in description.examples] == sorted(item.count for item in description.examples)[::-1]
    assert len(description.examples) == 8


def test_it_is_json(prepared: PreparedDataset) -> None:
    content = json.loads(json.dumps(asdict(describe(prepared))))
    assert content["split"] == prepared.split
    assert {item["title"] for item in content["examples"]} == {f"Film {name}" for name in "abcdefgh"}


def test_rejected_rows_by_reason() -> None:
    reasons = ["rare", *["often"] * 3, "also rare"]
    assert list(_reasons(pl.DataFrame({"reason": reasons})).items()) == [("often", 3), ("also rare", 1), ("rare", 1)]
    many = _reasons(pl.DataFrame({"reason": [f"r{number:02}" for number in range(25)]}))
    assert len(many) == 21
    assert many["5 other reasons"] == 5
