from __future__ import annotations

import contextlib
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rr_data.errors import MissingExtraError, TemplateError
from rr_data.prompts.answer_words import AnswerWords
from rr_data.prompts.task_fields import TASK_FIELDS
from rr_data.prompts.template_file import load_answer_words, load_templates
from rr_data.prompts.templates import FIELDS, templates

GOOD = """
sequential:
  - "After {history}, what next? {evidence_horizon}"
  - "{user_desc} had {history}. Horizon {evidence_horizon}. Next?"
ctr:
  - "Would {user} open {item}? {evidence_horizon} {{sic}}"
answers:
  ctr: {positive: "click", negative: "pass"}
"""


@pytest.fixture(autouse=True)
def needs_yaml() -> None:
    pytest.importorskip("yaml")


def written(folder: Path, text: str) -> Path:
    file = folder / "mine.yaml"
    file.write_text(text, encoding="utf-8")
    return file


def test_a_team_s_file(tmp_path: Path) -> None:
    file = written(tmp_path, GOOD)
    loaded = load_templates(file)
    assert {task: [wording.index for wording in wordings] for task, wordings in loaded.items()} == {
        "sequential": [0, 1],
        "ctr": [0],
    }
    assert loaded["ctr"][0].fields == {"user", "item", "evidence_horizon"}
    assert load_answer_words(file) == {"ctr": AnswerWords("click", "pass")}


def test_the_built_in_templates_keep_their_own_rules(tmp_path: Path) -> None:
    for task, fields in TASK_FIELDS.items():
        assert fields.known <= FIELDS
        for wording in templates(task):
            assert fields.required <= wording.fields <= fields.known
    assert "evidence_horizon" not in TASK_FIELDS["explanation"].known


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("sequentail: ['{history} {evidence_horizon}']", r"unknown task in .*mine.yaml 'sequentail'.*'sequential'"),
        ("7: ['{history}']", "unknown task"),
        ("ctr: ['{itm} {evidence_horizon}']", r"mine.yaml: ctr template 0: 'itm'.*mean 'item'"),
        (
            "ctr: ['{item} {evidence_horizon}', '{item}']",
            "mine.yaml: ctr template 1: field 'evidence_horizon' is missing",
        ),
        ("direct: ['{evidence_horizon}']", "direct template 0: field 'item' is missing"),
        ("sequential: ['{evidence_horizon}']", "sequential template 0: field 'history' is missing"),
        ("explanation: ['{item} {star_rating} {evidence_horizon}']", "explanation template 0: 'evidence_horizon'"),
        ("explanation: ['{item}']", "field 'star_rating' is missing"),
        ("ctr: ['']", "ctr template 0: received ''"),
        ("ctr: [3]", "ctr template 0: received 3"),
        ("ctr: ['{item} {']", "ctr template 0: .*brace"),
        ("ctr: ['{item!r} {evidence_horizon}']", "name alone"),
        ("ctr: []", "ctr: received"),
        ("ctr: text", "expected a list"),
        ("ctr: {a: b}", "expected a list"),
        ("- a", "received list; expected a mapping"),
        ("", "received NoneType"),
        ("{}", "no templates"),
        ("a: [", "cannot be read as YAML"),
        ("!!python/object/apply:os.getcwd []", "cannot be read as YAML"),
    ],
)
def test_mistakes_are_named(tmp_path: Path, text: str, says: str) -> None:
    with pytest.raises(TemplateError, match=says):
        load_templates(written(tmp_path, text))


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("sequential: {positive: 'a', negative: 'b'}", "unknown task under answers"),
        ("ctr: {positive: yes, negative: no}", "in quotes"),
        ("ctr: {positive: 'yes'}", "positive and negative"),
        ("ctr: {positive: 'a', negatve: 'b'}", "mean 'negative'"),
        ("ctr: {positive: 'a', negative: 'a'}", "two different texts"),
        ("ctr: [a, b]", "expected a mapping"),
    ],
)
def test_mistaken_answer_words_are_named(tmp_path: Path, text: str, says: str) -> None:
    with pytest.raises(TemplateError, match=says):
        load_answer_words(written(tmp_path, f"answers:\n  {text}\n"))


def test_no_file(tmp_path: Path) -> None:
    with pytest.raises(TemplateError, match=r"absent\.yaml"):
        load_templates(tmp_path / "absent.yaml")


def test_without_the_extra(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "yaml", None)
    with pytest.raises(MissingExtraError, match="sft"):
        load_templates(written(tmp_path, GOOD))


@given(content=st.one_of(st.binary(max_size=60), st.text(max_size=60).map(str.encode)))
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_file_is_read_or_refused(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "mine.yaml"
    file.write_bytes(b"ctr: [" + content + b"]")
    with contextlib.suppress(TemplateError):
        load_templates(file)
