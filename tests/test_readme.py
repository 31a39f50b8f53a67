"""The README's example runs, and routes as the text below it says."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]


def test_the_planner_example_routes_between_two_models(run_examples: Callable[..., dict[str, Any]]) -> None:
    namespace = run_examples("README.md", heading="## Route between two of your own models")
    answers = list(namespace["planner"].answer(namespace["queries"], k=5))
    assert [answer.served_by for answer in answers] == ["light", "costly"]


def test_every_link_of_the_readme_leads_somewhere() -> None:
    text = (ROOT / "README.md").read_text()
    missing = [link for link in re.findall(r"\]\(([^)#]+)", text) if not (ROOT / link).exists()]
    assert not missing
