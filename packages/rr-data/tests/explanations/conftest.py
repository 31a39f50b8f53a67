from __future__ import annotations

import pytest


@pytest.fixture(scope="session")
def parser():
    """The extra's own parser; tests that need it are skipped where the extra is not installed."""
    pytest.importorskip("spacy")
    pytest.importorskip("vaderSentiment")
    from rr_data.explanations.parser import load_parser

    return load_parser()


@pytest.fixture(scope="session")
def lexicon(parser):
    from rr_data.explanations.opinion_lexicon import load_lexicon

    return load_lexicon()
