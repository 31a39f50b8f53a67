from __future__ import annotations

from rr_data.describing.leak_findings import leak_rows


def test_clean() -> None:
    rows = dict(
        leak_rows({"clean": True, "tasks": ["a", "b"], "leaks": [], "next_integers_hit_rate": 0.0005}, n_items=10_000)
    )
    assert "none between a, b" in rows["pairs across tasks"]
    assert rows["HR@5 of the next five integers"] == (
        '<span class="good">0.0005; random codes give about 0.0005</span>'
    )


def test_leaking() -> None:
    leak = {"train": "ctr", "test": "sequential", "pairs": 1234, "examples": [[1, 2]]}
    rows = dict(
        leak_rows({"clean": False, "tasks": ["ctr"], "leaks": [leak], "next_integers_hit_rate": 0.045}, n_items=10_000)
    )
    assert "1,234 pairs that ctr trains on and sequential tests" in rows["pairs across tasks"]
    assert all('class="bad"' in finding for finding in rows.values())


def test_unknown_checks_are_shown_as_they_are() -> None:
    assert leak_rows({}, n_items=9) == []
    assert leak_rows({"ids_in_ids": {"share": 0.5}}, n_items=9) == [
        ("ids in ids", "<span>{&quot;share&quot;: 0.5}</span>")
    ]


def test_a_small_catalogue_is_hit_by_chance() -> None:
    ((_, finding),) = leak_rows({"next_integers_hit_rate": 0.03}, n_items=148)
    assert 'class="good"' in finding
    ((_, finding),) = leak_rows({"next_integers_hit_rate": 0.2}, n_items=148)
    assert 'class="bad"' in finding


def test_one_task_has_nothing_to_leak_to() -> None:
    ((_, finding),) = leak_rows({"clean": True, "tasks": ["sequential"], "leaks": []}, n_items=9)
    assert "only one task: sequential" in finding
