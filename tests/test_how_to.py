"""The how-to pages do what they say: every Python block and every command runs, in order."""

from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PAGES = sorted(str(page.relative_to(ROOT)) for page in (ROOT / "docs" / "how-to").glob("*.md"))


@pytest.mark.parametrize("page", PAGES)
def test_the_examples_of_a_page_run(page: str, run_examples: Callable[..., object]) -> None:
    run_examples(page)
