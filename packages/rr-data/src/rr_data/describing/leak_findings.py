"""What a manifest's leak checks found, in words."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final

from rr_data.describing.markup import Markup, element

# Codes in random order give "the next five integers" about 5 / n items; codes in the order of a file many times that.
_NAMED: Final = 5
_TIMES_CHANCE: Final = 3
_LEAST: Final = 0.01
_PARTS_OF_REPORT: Final = ("clean", "tasks", "leaks")


def leak_rows(leaks: Mapping[str, Any], *, n_items: int) -> list[tuple[str, Markup]]:
    """One row a check: its name, and what it found.

    Args:
        leaks: of a manifest. Entries that are not known here are shown as they are.
        n_items: size of the catalogue, which says what chance comes to.

    Example:
        >>> leak_rows({"clean": True, "tasks": ["ctr", "sequential"], "leaks": []}, n_items=9)
        [('pairs across tasks', '<span class="good">none between ctr, sequential</span>')]
    """
    rows = [("pairs across tasks", _across_tasks(leaks))] if "clean" in leaks else []
    for name, value in leaks.items():
        if name == "next_integers_hit_rate":
            rows.append(("HR@5 of the next five integers", _next_integers(float(value), n_items)))
        elif name not in _PARTS_OF_REPORT:
            rows.append((name.replace("_", " "), element("span", _shown(value))))
    return rows


def _next_integers(rate: float, n_items: int) -> Markup:
    chance = min(_NAMED / max(n_items, 1), 1)
    kind = "bad" if rate > max(_LEAST, _TIMES_CHANCE * chance) else "good"
    return element("span", f"{rate:.4f}; random codes give about {chance:.4f}", kind=kind)


def _across_tasks(leaks: Mapping[str, Any]) -> Markup:
    if leaks["clean"]:
        tasks = leaks.get("tasks", ())
        words = f"none between {', '.join(tasks)}" if len(tasks) > 1 else f"only one task: {', '.join(tasks)}"
        return element("span", words, kind="good")
    found = [
        f"{leak['pairs']:,} pairs that {leak['train']} trains on and {leak['test']} tests"
        for leak in leaks.get("leaks", ())
    ]
    return element("span", "; ".join(found) or "not clean", kind="bad")


def _shown(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
