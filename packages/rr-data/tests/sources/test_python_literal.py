from __future__ import annotations

import contextlib
import time
import warnings

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rr_data.sources.json_lines import BadRowError
from rr_data.sources.python_literal import DEEPEST, parse_json_or_literal, parse_literal

SCALARS = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text()
RECORDS = st.dictionaries(
    st.text(),
    st.recursive(SCALARS, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=8),
)


@settings(deadline=None)
@given(RECORDS)
def test_every_repr_comes_back(record: dict[str, object]) -> None:
    assert parse_literal(repr(record)) == record


def test_python_2_and_json() -> None:
    assert parse_json_or_literal("{u'asin': u'B01', 'x': (1, 2)}\r") == {"asin": "B01", "x": (1, 2)}
    assert parse_json_or_literal('{"asin": "B01", "x": null}') == {"asin": "B01", "x": None}


@pytest.mark.parametrize(
    "line",
    [
        "__import__('os').system('x')",
        "{'a': open('x')}",
        "{'a': f'{1}'}",
        "{'a': b'x'}",
        "{'a': 1 + 1}",
        "(1)(2)(3)",
        "[1][0]",
        "{[]: 1}",
        "{'a': '\\d'}",
        "{'a': '\\x'}",
        "{'a': 'x}",
        "{'a': '\0'}",
        "{'a': 0777}",
        "{'a': 1",
        "",
        "lambda: 0",
        "{'a': " + "1" * 5000 + "}",
        "[" * (DEEPEST + 1) + "'x'" + "]" * (DEEPEST + 1),
        "[" * 100_000,
        "-" * 100_000 + "1",
        "(1)" * 100_000,
        "1-" * 100_000 + "1",
        "not " * 100_000 + "1",
        "[" + "'x'," * 400_000 + "]",
        "'\\'" * 100_000,
        "{'a': '" + "\\'" * 100_000,
        " " * 300_000 + "x" + " " * 300_000,
    ],
    ids=lambda line: line[:20].encode("unicode_escape").decode(),
)
def test_hostile_lines_are_refused_and_cost_little(line: str) -> None:
    began = time.process_time()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with pytest.raises(BadRowError):
            parse_json_or_literal(line)
    assert time.process_time() - began < 5


@settings(deadline=None)
@given(st.text(alphabet="[](){},:'\"\\ \n-1.eExuTrueNoneé") | st.text())
def test_any_line_is_a_value_or_a_bad_row(line: str) -> None:
    with contextlib.suppress(BadRowError):
        parse_json_or_literal(line)
