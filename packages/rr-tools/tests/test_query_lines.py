from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rr_tools import InvalidDataError
from rr_tools.query_lines import UNKNOWN, Codes, read_lines

ANY_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=5,
)


@given(st.lists(ANY_JSON))
def test_whatever_stands_in_a_line_is_a_code_or_unknown(names):
    codes = Codes(None).of(names)
    assert len(codes) == len(names)
    assert ((codes == UNKNOWN) | (codes >= 0)).all()
    assert set(Codes.of_ids(["a", "b"]).of(names).tolist()) <= {0, 1, UNKNOWN}


def test_lines_keep_their_numbers(tmp_path):
    path = tmp_path / "lines.jsonl"
    path.write_text('\n{"item": 1}\n\n{"item": "a"}\n')
    read = read_lines(path, required="item", kinds=(int, str), example="{}")
    assert read == [(2, {"item": 1}), (4, {"item": "a"})]


@pytest.mark.parametrize("text", ['{"item": null}', '{"item": [1]}', '"item"', "{}"])
def test_what_a_line_must_hold_is_named(tmp_path, text):
    path = tmp_path / "lines.jsonl"
    path.write_text(text)
    with pytest.raises(InvalidDataError, match=r'line 1: a query is an object with "item" \(int or str\), such as EX'):
        read_lines(path, required="item", kinds=(int, str), example="EX")
