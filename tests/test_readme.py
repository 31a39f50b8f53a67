"""The README's example runs, and routes as the text below it says; so do the examples of the packages' own READMEs."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[1]


def test_the_planner_example_routes_between_two_models(run_examples: Callable[..., dict[str, Any]]) -> None:
    namespace = run_examples("README.md", heading="## Route between two of your own models")
    answers = list(namespace["planner"].answer(namespace["queries"], k=5))
    assert [answer.served_by for answer in answers] == ["light", "costly"]


# rr-data's and rr-vlm's examples start from the reader's own files.
@pytest.mark.parametrize("package", ["rr-planner", "rr-tools", "rr-eval"])
def test_the_examples_of_a_package_run(package: str, run_examples: Callable[..., object]) -> None:
    run_examples(f"packages/{package}/README.md")


def test_every_link_of_the_readme_leads_somewhere() -> None:
    text = (ROOT / "README.md").read_text()
    missing = [link for link in re.findall(r"\]\(([^)#]+)", text) if not (ROOT / link).exists()]
    assert not missing
