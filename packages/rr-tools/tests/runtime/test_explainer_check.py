from __future__ import annotations

import sys
from types import SimpleNamespace

import pytest

from rr_tools.errors import ServeError
from rr_tools.runtime.explainer_check import check_explaining, check_texts


class Speaker:
    """Says something about every pair, as an explainer does."""

    name = "speaker"
    inputs = SimpleNamespace(n_users=3, n_items=2)

    def explain(self, users, items, ratings=None, features=None):
        return [f"item {item} is good" for item in items]


class Chorus(Speaker):
    """Says something else when there are several."""

    def explain(self, users, items, ratings=None, features=None):
        return [f"one of {len(users)}"] * len(users)


@pytest.fixture
def no_torch(monkeypatch):
    monkeypatch.setattr(sys, "modules", {name: module for name, module in sys.modules.items() if name != "torch"})


def test_a_good_explainer_passes(no_torch):
    report = check_explaining(Speaker(), queries=7)
    assert report.queries == 7
    assert 0 < report.p50_ms <= report.p99_ms
    assert report.batch_queries_per_second > 0


def test_torch_in_the_process_is_refused(monkeypatch):
    monkeypatch.setitem(sys.modules, "torch", sys)
    with pytest.raises(ServeError, match="speaker imported torch"):
        check_explaining(Speaker(), queries=1)


def test_texts_that_hang_on_the_batch_are_refused(no_torch):
    with pytest.raises(ServeError, match="'one of 4' among others and 'one of 1' alone"):
        check_explaining(Chorus(), queries=1)


@pytest.mark.parametrize(
    ("texts", "message"),
    [(["good"], "2 pairs got 1 texts"), (["good", ""], "pair 1 .* ''"), (["a <unk>", "good"], "pair 0 .* 'a <unk>'")],
)
def test_a_breach_is_named(texts, message):
    check_texts(["good", "better"], 2)
    with pytest.raises(ServeError, match=message):
        check_texts(texts, 2)
