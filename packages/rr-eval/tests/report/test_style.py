"""Colours of the page keep the contrast WCAG 2.1 AA asks for, in the light and in the dark."""

import re
from importlib.resources import files

import pytest

TEXT_ON = [
    ("ink", "paper"), ("ink", "card"), ("ink", "wash"), ("ink", "track"), ("muted", "paper"), ("muted", "card"),
    ("muted", "wash"), ("muted", "track"), ("accent", "paper"), ("accent", "wash"), ("tools", "tools-wash"),
    ("reasoner", "reasoner-wash"), ("both", "both-wash"), ("truth", "truth-wash"), ("up", "paper"), ("down", "paper"),
    ("up", "card"), ("down", "card"), ("up", "wash"), ("down", "wash"),
]  # fmt: skip
SHAPES_ON = [
    ("truth", "card"),
    ("accent", "card"),
    ("accent", "paper"),
    ("ink", "bar"),
    ("tools", "paper"),
    ("both", "paper"),
]


def colours(scheme: str) -> dict[str, str]:
    css = files("rr_eval.report").joinpath("templates/style.css").read_text(encoding="utf-8")
    light, dark = css.split("@media (prefers-color-scheme: dark)", 1)
    found = dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6})", light))
    changes = dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6})", dark))
    return found if scheme == "light" else found | changes


def luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("pairs", "least"), [(TEXT_ON, 4.5), (SHAPES_ON, 3.0)])
def test_contrast(scheme, pairs, least):
    palette = colours(scheme)
    low = {pair: round(contrast(palette[pair[0]], palette[pair[1]]), 2) for pair in pairs}
    assert {pair: ratio for pair, ratio in low.items() if ratio < least} == {}


def test_every_colour_has_a_dark_twin():
    light, dark = colours("light"), colours("dark")
    assert {name for name in light if light[name] == dark[name]} == set()
