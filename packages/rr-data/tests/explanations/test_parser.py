from __future__ import annotations

import sys

import pytest

from rr_data.errors import MissingExtraError, OptionError
from rr_data.explanations.parser import load_parser, parser_version


def test_without_the_extra(monkeypatch) -> None:
    monkeypatch.setitem(sys.modules, "spacy", None)
    with pytest.raises(MissingExtraError, match="explanations"):
        load_parser()


def test_unknown_model(parser) -> None:
    with pytest.raises(OptionError, match="no_such_model"):
        load_parser("no_such_model")


def test_model_without_parser(parser, tmp_path) -> None:
    import spacy

    spacy.blank("en").to_disk(tmp_path / "blank")
    with pytest.raises(OptionError, match="tagger and parser"):
        load_parser(str(tmp_path / "blank"))


def test_version_names_model_and_number(parser) -> None:
    name, number = parser_version(parser).split()
    assert name.startswith("en_core_web_sm")
    assert number[0].isdigit()
