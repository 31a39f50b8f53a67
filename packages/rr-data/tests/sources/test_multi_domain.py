from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from rr_data import columns
from rr_data.errors import OptionError, UnreadableSourceError
from rr_data.manifest import Manifest
from rr_data.prepared import PreparedDataset
from rr_data.sources.multi_domain import MultiDomain
from rr_data.sources.source import RAW_EXPLANATIONS, RAW_INTERACTIONS, RAW_ITEMS, RAW_REVIEWS, RAW_USERS, Source


def write_dataset(
    folder: Path, *, timed: bool = True, domain: str | None = None, texts: bool = False
) -> PreparedDataset:
    """Two users and two items; user v has three interactions, in an order that codes and times alone do not give."""
    (folder / "splits").mkdir(parents=True)
    times = [5, 7, 7, 7] if timed else [None] * 4
    rows = [("u", "i", 3.0, 0, 0), ("v", "j", None, 1, 1), ("v", "i", 1.0, 1, 0), ("v", "j", 2.0, 1, 1)]
    tables = {
        "interactions.parquet": pl.DataFrame(
            [(user, item, time, *rest) for (user, item, *rest), time in zip(rows, times, strict=True)],
            schema=columns.INTERACTIONS, orient="row",
        ),
        "items.parquet": pl.DataFrame(
            [("i", 0, domain, "One", "One.", 1999, ["a"], "http://x/i.png", "images/0.jpg", 2, 0.0, 0.5, "low"),
             ("j", 1, domain, "Two", None, None, [], "http://x/j.png", None, 2, 0.0, 0.5, "low")],
            schema=columns.ITEMS, orient="row",
        ),
        "users.parquet": pl.DataFrame(
            [("u", 0, domain, "likes i", 1, 0.6, 0.7, "high", 1), ("v", 1, None, None, 3, 0.0, 0.2, "low", 6)],
            schema=columns.USERS, orient="row",
        ),
        "rejected.parquet": pl.DataFrame(schema=columns.REJECTED),
        "splits/leave_one_out.parquet": pl.DataFrame({"part": ["train", "train", "validation", "test"]}),
    }  # fmt: skip
    if texts:
        tables["reviews.parquet"] = pl.DataFrame([(2, None, "Good.")], schema=columns.REVIEWS, orient="row")
        tables["explanations.parquet"] = pl.DataFrame(
            [(3, "colour", "nice", "A nice colour.", 1, "test")], schema=columns.EXPLANATIONS, orient="row"
        )
    for name, table in tables.items():
        table.write_parquet(folder / name)
    Manifest(
        name=folder.name, source={}, options={}, counts={"users": 2, "items": 2, "interactions": 4}, tie_policy="file",
        id_seed=0, evidence_horizon={}, split={"name": "leave_one_out", "options": {}}, leaks={},
        checksums=dict.fromkeys(tables, ""), item_map_checksum="",
    ).write(folder)  # fmt: skip
    return PreparedDataset.open(folder)


def test_two_domains_in_one_id_space(tmp_path: Path) -> None:
    beauty = write_dataset(tmp_path / "beauty", texts=True)
    toys = write_dataset(tmp_path / "toys", texts=True)
    reader = MultiDomain()
    assert isinstance(reader, Source)
    raw = reader.read([beauty.path, toys.path])
    assert raw.interactions.schema == RAW_INTERACTIONS
    assert raw.interactions["user_id"].to_list() == [
        "beauty/u", "beauty/v", "beauty/v", "beauty/v", "toys/u", "toys/v", "toys/v", "toys/v",
    ]  # fmt: skip
    assert raw.interactions["item_id"].to_list()[3:6] == ["beauty/j", "toys/i", "toys/j"]
    assert raw.interactions["timestamp"].to_list() == [5, 7, 7, 7] * 2
    assert [raw.files[file] for file in raw.interactions["file"].unique().sort()] == [
        data.path / "interactions.parquet" for data in (beauty, toys)
    ]
    assert raw.interactions["line"].to_list() == [1, 2, 3, 4] * 2
    assert raw.rejected.is_empty()

    assert raw.items is not None
    assert raw.items.schema == RAW_ITEMS
    assert raw.items.row(0) == (
        "beauty/i", "beauty", "One", "One.", 1999, ["a"], str((beauty.path / "images/0.jpg").resolve()),
    )  # fmt: skip
    assert raw.items["image_url"][1] == "http://x/j.png"
    assert raw.users is not None
    assert raw.users.schema == RAW_USERS
    assert raw.users.rows()[0] == ("beauty/u", "beauty", "likes i")
    assert raw.users["domain"].to_list() == ["beauty", "beauty", "toys", "toys"]

    place = raw.interactions.row(6, named=True)
    assert raw.reviews is not None
    assert raw.reviews.schema == RAW_REVIEWS
    assert raw.reviews.rows()[1] == (place["file"], place["line"], None, "Good.")
    assert raw.explanations is not None
    assert raw.explanations.schema == RAW_EXPLANATIONS
    assert raw.explanations.rows()[1] == (place["file"], 4, "colour", "nice", "A nice colour.", 1)
    assert {path.name for path in raw.files} >= {"reviews.parquet", "explanations.parquet"}


def test_without_texts(tmp_path: Path) -> None:
    raw = MultiDomain().read([write_dataset(tmp_path / "a").path])
    assert raw.reviews is None
    assert raw.explanations is None


def test_names_and_domains_within(tmp_path: Path) -> None:
    nine = write_dataset(tmp_path / "nine", domain="KU")
    other = write_dataset(tmp_path / "other" / "nine")
    raw = MultiDomain(names="x, y").read([nine.path, other.path])
    assert raw.items is not None
    assert raw.items.select("item_id", "domain").rows() == [("x/i", "KU"), ("x/j", "KU"), ("y/i", "y"), ("y/j", "y")]
    with pytest.raises(OptionError, match="names of the datasets"):
        MultiDomain().read([nine.path, other.path])
    with pytest.raises(OptionError, match="2 names"):
        MultiDomain(names="x").read([nine.path, other.path])
    for names in ("a,a", "a,", "a/b"):
        with pytest.raises(OptionError, match="names"):
            MultiDomain(names=names)


def test_times_of_all_or_none(tmp_path: Path) -> None:
    timed, untimed = write_dataset(tmp_path / "KU"), write_dataset(tmp_path / "QB", timed=False)
    assert MultiDomain().read([untimed.path]).interactions["timestamp"].null_count() == 4
    with pytest.raises(UnreadableSourceError, match=r"^QB: no times.*times=drop"):
        MultiDomain().read([timed.path, untimed.path])
    raw = MultiDomain(times="drop").read([timed.path, untimed.path])
    assert raw.interactions["timestamp"].null_count() == 8
    with pytest.raises(OptionError, match="times"):
        MultiDomain(times="forget")


def test_no_datasets(tmp_path: Path) -> None:
    with pytest.raises(UnreadableSourceError, match="no folders"):
        MultiDomain().read([])
    with pytest.raises(UnreadableSourceError, match=r"no manifest\.json"):
        MultiDomain().read([tmp_path])
