from __future__ import annotations

import json

import pytest

from rr_data.errors import ChecksumError, OptionError, PreparedDatasetError, SchemaVersionError
from rr_data.prepared import PreparedDataset


def edit_manifest(data: PreparedDataset, **changes: object) -> None:
    path = data.path / "manifest.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | changes))


def test_reopened_is_equal(prepared: PreparedDataset) -> None:
    again = PreparedDataset.open(str(prepared.path))
    assert again.checksum == prepared.checksum
    assert again.manifest == prepared.manifest
    assert again.interactions.equals(prepared.interactions)
    again.verify()


def test_sequences_and_targets_fit_together(prepared: PreparedDataset) -> None:
    whole, shown = prepared.sequences("test"), prepared.sequences("validation")
    targets = prepared.targets("test")
    for user in range(prepared.n_users):
        expected = [*shown[user].tolist(), *([targets[user]] if targets[user] >= 0 else [])]
        assert whole[user].tolist() == expected


def test_newer_schema_says_upgrade(prepared: PreparedDataset) -> None:
    edit_manifest(prepared, schema_version=3)
    with pytest.raises(SchemaVersionError, match=r"version 3; this rr-data reads version 2.*upgrade"):
        PreparedDataset.open(prepared.path)


@pytest.mark.parametrize("version", [0, None, "1"])
def test_other_schema_says_prepare_again(prepared: PreparedDataset, version: object) -> None:
    edit_manifest(prepared, schema_version=version)
    with pytest.raises(SchemaVersionError, match="prepare again"):
        PreparedDataset.open(prepared.path)


def test_other_kind(prepared: PreparedDataset) -> None:
    edit_manifest(prepared, kind="tool-artifact")
    with pytest.raises(PreparedDatasetError, match="tool-artifact"):
        PreparedDataset.open(prepared.path)


@pytest.mark.parametrize("text", ["", "[]", "{", '{"kind": "prepared-dataset", "schema_version": 2}'])
def test_damaged_manifest(prepared: PreparedDataset, text: str) -> None:
    (prepared.path / "manifest.json").write_text(text)
    with pytest.raises(PreparedDatasetError):
        PreparedDataset.open(prepared.path)


def test_missing_file_is_named(prepared: PreparedDataset) -> None:
    (prepared.path / "items.parquet").unlink()
    with pytest.raises(PreparedDatasetError, match=r"items\.parquet"):
        PreparedDataset.open(prepared.path)


def test_changed_file_is_named(prepared: PreparedDataset) -> None:
    with (prepared.path / "users.parquet").open("ab") as file:
        file.write(b"x")
    with pytest.raises(ChecksumError, match=r"users\.parquet changed"):
        prepared.verify()


def test_damaged_table_is_named(prepared: PreparedDataset) -> None:
    (prepared.path / "users.parquet").write_bytes(b"nonsense")
    with pytest.raises(PreparedDatasetError, match=r"users\.parquet"):
        PreparedDataset.open(prepared.path).users  # noqa: B018


@pytest.mark.parametrize("part", ["train", "tset"])
def test_targets_of_other_parts(prepared: PreparedDataset, part: str) -> None:
    with pytest.raises(OptionError):
        prepared.targets(part)


def test_unknown_part(prepared: PreparedDataset) -> None:
    with pytest.raises(OptionError, match="'validation'"):
        prepared.sequences("tset")


def test_checksum_ignores_name_and_place(prepared: PreparedDataset, tmp_path) -> None:
    moved = prepared.path.rename(tmp_path / "elsewhere")
    edit_manifest(PreparedDataset.open(moved), name="other")
    assert PreparedDataset.open(moved).checksum == prepared.checksum
