"""What only a browser can tell about the report: silence, accessibility, a phone's width, the keyboard, the dark."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("playwright.sync_api", reason="needs playwright: nox -s browser")

DESKTOP, PHONE = {"width": 1280, "height": 900}, {"width": 375, "height": 812}
VIEWS = [(screen, scheme) for screen in ("desktop", "phone") for scheme in ("light", "dark")]


@pytest.fixture(params=VIEWS, ids=["-".join(view) for view in VIEWS])
def view(request: pytest.FixtureRequest, browser: Any, report: Path) -> Iterator[tuple[str, Any, list[str]]]:
    """The report, open; with its name and what the page complained about or asked for."""
    screen, scheme = request.param
    page = browser.new_page(viewport=PHONE if screen == "phone" else DESKTOP, color_scheme=scheme)
    heard: list[str] = []
    page.on("console", lambda message: heard.append(f"{message.type}: {message.text}"))
    page.on("pageerror", lambda error: heard.append(f"error: {error}"))
    page.on("request", lambda sent: None if sent.url.startswith(("file:", "data:")) else heard.append(sent.url))
    page.goto(report.as_uri())
    page.wait_for_load_state("networkidle")
    yield f"{screen}-{scheme}", page, heard
    page.close()


def test_the_page_is_silent_and_asks_for_nothing(view: tuple[str, Any, list[str]]) -> None:
    _, page, heard = view
    page.evaluate("window.scrollTo(0, document.body.scrollHeight)")
    page.wait_for_load_state("networkidle")
    assert heard == []


def test_nothing_is_wider_than_the_screen(view: tuple[str, Any, list[str]]) -> None:
    _, page, _ = view
    assert page.evaluate("document.documentElement.scrollWidth") <= page.viewport_size["width"]


def test_axe_finds_nothing(view: tuple[str, Any, list[str]]) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="needs axe: nox -s browser")
    _, page, _ = view
    page.evaluate("document.querySelectorAll('details').forEach(part => part.open = true)")
    found = axe.Axe().run(page).response["violations"]
    assert [(rule["id"], [node["html"][:120] for node in rule["nodes"]]) for rule in found] == []


def test_the_keyboard_reaches_every_region_and_shows_where_it_is(view: tuple[str, Any, list[str]]) -> None:
    _, page, _ = view
    stops = page.evaluate("document.querySelectorAll('a[href], [tabindex=\"0\"], summary').length")
    seen = set()
    for _ in range(stops):
        page.keyboard.press("Tab")
        place = page.evaluate(
            "(e => [[...document.querySelectorAll('*')].indexOf(e), getComputedStyle(e).outlineStyle])"
            "(document.activeElement)"
        )
        assert place[1] == "solid", "the focus is not seen"
        seen.add(place[0])
    assert len(seen) == stops


def test_the_first_stop_skips_to_the_results(view: tuple[str, Any, list[str]]) -> None:
    _, page, _ = view
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to the results"
    page.keyboard.press("Enter")
    page.wait_for_url("**#content")


def test_the_scheme_is_followed(view: tuple[str, Any, list[str]], screenshots: Path) -> None:
    name, page, _ = view
    shade = page.evaluate("getComputedStyle(document.body).backgroundColor.match(/\\d+/g).map(Number)")
    assert (sum(shade) < 150) == name.endswith("dark")
    screenshots.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=screenshots / f"report-{name}.png", full_page=True)
