from __future__ import annotations

import json
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rr_data.sources.json_lines import BadRowError, parse_json, read_rows

SCHEMA = pl.Schema({"a": pl.String(), "b": pl.List(pl.String())})


def take(value: object) -> tuple[object, object] | None:
    if value == "skip":
        return None
    if not isinstance(value, dict):
        raise BadRowError("no record")
    return value["a"], value["b"]


def test_rows_and_rejects_by_line(tmp_path: Path) -> None:
    lines = [b'{"a": "x", "b": ["y"]}', b"", b'{"a": ', b"\xff", b'"skip"', b"7", b' {"a": null, "b": []}\r']
    (tmp_path / "f").write_bytes(b"\n".join(lines))
    rows, rejects = read_rows(tmp_path / "f", take, SCHEMA)
    assert rows.rows() == [(1, "x", ["y"]), (7, None, [])]
    assert [line for line, _ in rejects] == [3, 4, 6]
    assert rejects[0][1].startswith("not JSON: ")
    assert rejects[1:] == [(4, "not UTF-8"), (6, "no record")]


def test_no_rows(tmp_path: Path) -> None:
    (tmp_path / "f").write_bytes(b"\n")
    assert read_rows(tmp_path / "f", take, SCHEMA)[0].schema == {"line": pl.Int64(), **SCHEMA}


def test_halves_of_surrogate_pairs_become_replacement_characters(tmp_path: Path) -> None:
    (tmp_path / "f").write_text(json.dumps({"a": "x\ud800y", "b": ["\udfff", "\U0001f600", None]}))
    rows, _ = read_rows(tmp_path / "f", take, SCHEMA)
    assert rows.rows() == [(1, "x\ufffdy", ["\ufffd", "\U0001f600", None])]


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("[" * 100_000, "nested too deep"),
        ('{"a":' * 100_000, "nested too deep"),
        ("1" * 5000, "digits"),
        ("{} {}", "more than one value"),
        ("{'a': 1}", "character 2"),
        ("", "character 1"),
    ],
)
def test_hostile_lines(line: str, says: str) -> None:
    with pytest.raises(BadRowError, match=says):
        parse_json(line)


@settings(deadline=None)
@given(st.text() | st.binary().map(lambda raw: raw.decode("latin-1")))
def test_any_line_is_a_value_or_a_bad_row(line: str) -> None:
    try:
        value = parse_json(line)
    except BadRowError:
        return
    assert json.loads(line.strip()) == value or value != value or "NaN" in line
