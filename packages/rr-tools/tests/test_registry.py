from __future__ import annotations

from importlib.metadata import EntryPoint

import pytest

from rr_tools import MissingExtraError, ToolError, UnknownModelError, registry

OWN = EntryPoint(name="own", value="rr_tools.neighbors.popularity:MODEL", group=registry.ENTRY_POINTS)
TAKEN = EntryPoint(name="sasrec", value="json:loads", group=registry.ENTRY_POINTS)
BROKEN = EntryPoint(name="broken", value="json:loads", group=registry.ENTRY_POINTS)


@pytest.fixture
def installed(monkeypatch):
    monkeypatch.setattr(registry, "entry_points", lambda group: [OWN, TAKEN, BROKEN])


def test_built_in_models_are_listed():
    assert set(registry.available()) >= {
        "bpr",
        "item-transition",
        "lightsans",
        "nextitnet+v",
        "popularity",
        "s3rec",
        "sasrec",
        "sasrec+v",
    }


def test_an_unknown_name_gets_the_nearest():
    with pytest.raises(UnknownModelError, match=r"'sasrek', did you mean 'sasrec'\?; registered: "):
        registry.get_model("sasrek")


def test_packages_add_models(installed):
    assert "own" in registry.available()
    assert registry.get_model("own").scorer == "popularity"
    assert registry.summaries()["own"] == "from rr_tools.neighbors.popularity:MODEL"


def test_a_built_in_name_cannot_be_taken(installed):
    assert registry.summaries()["sasrec"].startswith("self-attention")


def test_an_entry_point_must_be_a_model(installed):
    with pytest.raises(ToolError, match="'broken'"):
        registry.get_model("broken")


def test_a_missing_extra_is_named(monkeypatch):
    def without_torch(module):
        raise ModuleNotFoundError("No module named 'torch'", name="torch")

    monkeypatch.setattr(registry, "import_module", without_torch)
    with pytest.raises(MissingExtraError, match=r"needs torch; install it with: pip install 'rr-tools\[train\]'"):
        registry.get_model("bpr")
