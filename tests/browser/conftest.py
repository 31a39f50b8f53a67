"""A headless Chromium of the machine's, and the report to open in it."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.browser.sample_report import write_sample


def pytest_addoption(parser: pytest.Parser) -> None:
    """Let a person look at a report of their own, and keep what was seen."""
    parser.addoption("--report", type=Path, default=None, help="The page to open; default: one made for the test.")
    parser.addoption("--screenshots", type=Path, default=None, help="Where screenshots are kept.")


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """Chromium, or a skip that says what is missing."""
    sync_api = pytest.importorskip("playwright.sync_api", reason="needs playwright: nox -s browser")
    chromium = os.environ.get("CHROMIUM") or shutil.which("chromium")
    if chromium is None:
        pytest.skip("no chromium on the path and none named by CHROMIUM: apt install chromium")
    with sync_api.sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        yield launched
        launched.close()


@pytest.fixture(scope="session")
def report(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The page to open."""
    given: Path | None = request.config.getoption("--report", default=None)
    return write_sample(tmp_path_factory.mktemp("report")) if given is None else given.resolve()


@pytest.fixture(scope="session")
def screenshots(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where screenshots go."""
    given: Path | None = request.config.getoption("--screenshots", default=None)
    return given or tmp_path_factory.mktemp("screenshots")
