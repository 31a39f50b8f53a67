from __future__ import annotations

import hashlib
import json
from pathlib import Path

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rr_data import columns
from rr_data.errors import DataError, EmptyDatasetError, ImageError, OptionError, PreparedDatasetError
from rr_data.pipeline import prepare
from rr_data.prepared import PreparedDataset

ROWS = st.lists(
    st.tuples(st.sampled_from("stuv"), st.sampled_from("abcdef"), st.integers(0, 3), st.integers(1, 5)),
    min_size=1,
    max_size=25,
)


def content(folder: Path) -> dict[str, str]:
    files = [path for path in folder.rglob("*") if path.is_file()]
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def write_csv(path: Path, rows: list[tuple[str, str, int, int]]) -> Path:
    lines = [",".join(map(str, row)) for row in rows]
    path.write_text("\n".join(["user_id,item_id,timestamp,rating", *lines]) + "\n")
    return path


def test_tables_follow_the_contract(prepared: PreparedDataset) -> None:
    assert prepared.interactions.schema == columns.INTERACTIONS
    assert prepared.items.schema == columns.ITEMS
    assert prepared.users.schema == columns.USERS
    assert prepared.manifest.counts == {"users": 4, "items": 8, "interactions": 14, "rejected": 0}
    assert prepared.manifest.tie_policy == "hash"
    assert [file["name"] for file in prepared.manifest.source["files"]] == ["ratings.csv", "items.tsv"]
    assert "/" not in json.dumps(prepared.manifest.source)


def test_leave_one_out_by_time(prepared: PreparedDataset, by_id) -> None:
    train, until_validation, everything = (by_id(prepared, until) for until in ("train", "validation", "test"))
    assert everything["u1"] == ["a", "b", "c", "d", "e"]
    assert train["u1"] == ["a", "b", "c"]
    assert until_validation["u2"] == ["b", "a"]
    assert train["u3"] == everything["u3"] == ["g", "a"]
    assert everything["u4"][-1] == "h"
    ids = prepared.items["item_id"].to_list()
    users = prepared.users["user_id"].to_list()
    tests = {user: ids[code] if code >= 0 else None for user, code in zip(users, prepared.targets("test"), strict=True)}
    assert tests == {"u1": "e", "u2": "f", "u3": None, "u4": "h"}
    assert prepared.targets("validation")[users.index("u3")] == -1


def test_counts_come_from_training_only(prepared: PreparedDataset) -> None:
    counts = dict(prepared.users.select("user_id", "count").iter_rows())
    assert counts == {"u1": 3, "u2": 1, "u3": 2, "u4": 2}
    horizon = prepared.evidence_horizon()
    assert dict(zip(prepared.users["user_id"], horizon.raw.tolist(), strict=True)) == pytest.approx(
        {"u1": 0.0, "u2": 2 / 3, "u3": 1 / 3, "u4": 1 / 3}
    )
    assert horizon.normalizer == "rank"
    assert prepared.items.filter(pl.col("item_id") == "e")["count"].item() == 0


def test_items_are_described(prepared: PreparedDataset) -> None:
    row = prepared.items.filter(pl.col("item_id") == "b").row(0, named=True)
    assert (row["title"], row["year"], row["categories"]) == ("Film b", 1991, ["Drama", "Comedy"])
    assert row["text"] == "Film b (1991). Drama, Comedy"
    assert row["image"] is None
    assert prepared.image_paths() == [None] * 8


def test_item_without_title_is_not_called_by_its_id(tmp_path: Path) -> None:
    path = write_csv(tmp_path / "r.csv", [("u", "secret7", 1, 1)])
    item = prepare("tabular", [path], out=tmp_path / "out").items.row(0, named=True)
    assert item["title"] == "Untitled"
    assert item["text"] == ""


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=ROWS, random=st.randoms(use_true_random=False))
def test_order_of_rows_does_not_matter(tmp_path_factory, rows, random) -> None:
    folder = tmp_path_factory.mktemp("p")
    shuffled = rows.copy()
    random.shuffle(shuffled)
    one = prepare("tabular", [write_csv(folder / "1.csv", rows)], out=folder / "one", ties="hash")
    two = prepare("tabular", [write_csv(folder / "2.csv", shuffled)], out=folder / "two", ties="hash")
    assert one.checksum == two.checksum


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=ROWS, k=st.integers(0, 3), policy=st.sampled_from(["keep", "first", "last"]))
def test_nothing_is_lost_silently(tmp_path_factory, rows, k, policy) -> None:
    folder = tmp_path_factory.mktemp("p")
    path = write_csv(folder / "1.csv", rows)
    try:
        data = prepare("tabular", [path], out=folder / "out", k_core=k, duplicates=policy)
    except EmptyDatasetError:
        return
    assert data.interactions.height + data.rejected.height == len(rows)
    assert data.rejected["line"].n_unique() == data.rejected.height


def test_seed_changes_codes_and_nothing_else(raw: Path, tmp_path: Path, by_id) -> None:
    made = [prepare("tabular", [raw / "ratings.csv"], out=tmp_path / str(seed), seed=seed) for seed in (0, 1)]
    assert made[0].item_map_checksum != made[1].item_map_checksum
    without_ties = [{user: row for user, row in by_id(data, "test").items() if user != "u4"} for data in made]
    assert without_ties[0] == without_ties[1]


def test_rejected_rows_are_explained(tmp_path: Path) -> None:
    path = tmp_path / "r.csv"
    path.write_text("user_id,item_id,timestamp\nu,a,1\nu,,2\nu,b,soon\nu,c,3,9\n,d,4\nu,e,5\n")
    data = prepare("tabular", [path], out=tmp_path / "out")
    assert data.interactions.height == 2
    assert sorted(data.rejected.iter_rows()) == [
        ("r.csv", 3, "no item id"),
        ("r.csv", 4, "timestamp: not a whole number"),
        ("r.csv", 5, "4 fields; the header has 3"),
        ("r.csv", 6, "no user id"),
    ]


def test_one_user_works(tmp_path: Path) -> None:
    data = prepare(
        "tabular", [write_csv(tmp_path / "r.csv", [("u", i, n, 1) for n, i in enumerate("abc")])], out=tmp_path / "o"
    )
    assert data.evidence_horizon().normalized.tolist() == [0.5]
    assert data.sequences("train").lengths.tolist() == [1]


@pytest.mark.parametrize("rows", ["", "user_id,item_id\n", "user_id,item_id\n,\n"])
def test_empty_input_leaves_nothing(tmp_path: Path, rows: str) -> None:
    (tmp_path / "r.csv").write_text(rows)
    with pytest.raises(DataError):
        prepare("tabular", [tmp_path / "r.csv"], out=tmp_path / "out")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["r.csv"]


def test_core_that_keeps_nothing(raw: Path, tmp_path: Path) -> None:
    with pytest.raises(EmptyDatasetError, match="k_core=9"):
        prepare("tabular", [raw / "ratings.csv"], out=tmp_path / "out", k_core=9)


def test_old_dataset_is_replaced_and_other_folders_are_not(
    prepared: PreparedDataset, raw: Path, tmp_path: Path
) -> None:
    again = prepare("tabular", [raw / "ratings.csv"], out=prepared.path, seed=5)
    assert again.manifest.id_seed == 5
    mine = tmp_path / "mine"
    mine.mkdir()
    (mine / "thesis.txt").write_text("precious")
    with pytest.raises(PreparedDatasetError, match="not a prepared dataset"):
        prepare("tabular", [raw / "ratings.csv"], out=mine)
    assert (mine / "thesis.txt").read_text() == "precious"


def test_failure_leaves_the_old_dataset(prepared: PreparedDataset, raw: Path, monkeypatch) -> None:
    before = content(prepared.path.parent)

    def fail(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("rr_data.dataset_writer.Manifest.write", fail)
    with pytest.raises(KeyboardInterrupt):
        prepare("tabular", [raw / "ratings.csv"], out=prepared.path, seed=3)
    assert content(prepared.path.parent) == before


def test_hash_needs_times(tmp_path: Path) -> None:
    (tmp_path / "s.txt").write_text("u a b c\n")
    with pytest.raises(OptionError, match="no times"):
        prepare("s3rec", [tmp_path / "s.txt"], out=tmp_path / "out", ties="hash")


class TestImages:
    @pytest.fixture
    def pictures(self, tmp_path: Path) -> Path:
        image = pytest.importorskip("PIL.Image")
        folder = tmp_path / "pictures"
        (folder / "posters").mkdir(parents=True)
        image.new("RGB", (100, 300), "red").save(folder / "posters" / "a.png")
        (folder / "b.jpg").write_bytes(b"not a picture")
        return folder

    def test_folder(self, raw: Path, pictures: Path, tmp_path: Path) -> None:
        data = prepare("tabular", [raw / "ratings.csv"], out=tmp_path / "out", images=pictures, unreadable="cover")
        counts = data.manifest.counts
        assert (counts["pictures"], counts["covers"], counts["unreadable_pictures"]) == (1, 7, 1)
        assert [row[:2] for row in data.rejected.iter_rows()] == [("b.jpg", None)]
        assert "b.jpg" in data.rejected["reason"].item()
        assert all(path is not None and path.is_file() for path in data.image_paths())
        data.verify()

    def test_an_unreadable_picture_is_refused_and_leaves_nothing(
        self, raw: Path, pictures: Path, tmp_path: Path
    ) -> None:
        with pytest.raises(ImageError, match=r"b\.jpg.*unreadable=cover"):
            prepare("tabular", [raw / "ratings.csv"], out=tmp_path / "out", images=pictures)
        assert not (tmp_path / "out").exists()

    def test_covers_are_deterministic(self, raw: Path, tmp_path: Path) -> None:
        pytest.importorskip("PIL")
        made = [prepare("tabular", [raw / "ratings.csv"], out=tmp_path / name, images="covers") for name in "xy"]
        assert made[0].checksum == made[1].checksum
        assert made[0].manifest.counts["covers"] == 8

    def test_folder_without_matching_names(self, raw: Path, pictures: Path, tmp_path: Path) -> None:
        (pictures / "posters" / "a.png").unlink()
        (pictures / "b.jpg").rename(pictures / "zz.jpg")
        with pytest.raises(ImageError, match="none named after an item id"):
            prepare("tabular", [raw / "ratings.csv"], out=tmp_path / "out", images=pictures)
        assert not (tmp_path / "out").exists()
