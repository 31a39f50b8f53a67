from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

pytest.importorskip("trl")

from recipes.bench.fused_answers import FUSED
from recipes.bench.tool_answers import TOOLS, Asked, asked_for, queries
from recipes.bench.tools_data import prepared
from recipes.bench.vlm_noise import disturbed
from recipes.bench.vlm_page import Run, page
from recipes.bench.vlm_rows import _consulting, _disturbed, _stranger, tuning_rows
from recipes.bench.vlm_run import split
from recipes.bench.vlm_settings import REASONREC, VARIANTS
from recipes.demo.examples import Examples
from rr_planner import QueryBatch, Ranking

SYSTEMS = (*TOOLS, "fused", "alone", "consulting")


def run(variant="reasonrec", *, first=1.0, noise=True, users=40):
    columns = {"test|level": np.arange(users) % 3}
    for system in SYSTEMS:
        columns[f"test|{system}|rank"] = np.where(np.arange(users) % 4 == 0, 2.0, np.inf)
    columns["test|consulting|rank"] = np.where(np.arange(users) % 2 == 0, first, np.inf)
    for system in ("alone", "consulting"):
        columns |= {f"test|{system}|{what}": np.full(users, 0.5) for what in ("confidence", "max probability")}
    told = {"all tools": 0.1, "all tools and noise": 0.09}
    told |= {f"{kind} {name}": 0.05 for kind in ("without", "noise for") for name in TOOLS[:3]}
    result = {"variant": variant, "seed": 0, "command": "python -m it", "settings": {"steps": 7, "batch": 2}, "rows": 9}
    result |= {"training_seconds": 60.0, "peak_bytes": 2**30, "noise": told if noise else {}}
    return Run(result, columns)


def test_users_are_held_out_once_and_the_same_ones_again():
    users = np.concatenate([np.arange(10), np.arange(10)])  # of each an earlier and a last example
    examples = Examples(users, tuple(np.array([user]) for user in users), np.arange(20))
    batch = QueryBatch.of(users=users, histories=examples.histories, evidence_horizon=np.zeros(20))
    asked = Asked(examples, batch, {"sasrec": Ranking(np.arange(20)[:, None], np.zeros((20, 1)))})
    fitting, held_out = split(asked, 10, 0.5)
    assert sorted([*fitting.examples.targets, *held_out.examples.targets]) == list(range(20))
    assert 0 < len(held_out) < 10
    assert held_out.examples.targets.min() >= 10
    assert held_out.answers["sasrec"].items[:, 0].tolist() == held_out.examples.targets.tolist()
    fewer = split(asked.take(np.arange(13, 20)), 7, 0.5)[1]  # a user is held out whatever others there are
    assert fewer.examples.users.tolist() == [user for user in held_out.examples.users if user >= 3]


def test_a_stranger_says_what_some_tool_says_mostly_to_another():
    codes = {"a": np.arange(3000)[:, None], "b": np.arange(3000)[:, None] + 3000}
    said = _stranger(codes, 0.5, seed=0)[:, 0]
    spoken = said >= 0
    assert 0.45 < spoken.mean() < 0.55
    assert 0.25 < (said[spoken] % 3000 == np.flatnonzero(spoken)).mean() < 0.42
    assert 0.4 < (said[spoken] >= 3000).mean() < 0.6
    assert (_stranger(codes, 0.0, seed=0) == -1).all()


def test_the_page_tells_the_lead_over_the_best_tool_and_what_noise_does():
    text = page({"books": run()}, [], [], "nox -s bench -- vlm")
    assert "Consulting, against the best tool (item-transition): +100.0% HR@5" in text
    assert "with a paired bootstrap interval over test users:\nreasoner alone " in text
    assert "| all tools and noise | 0.0900 | all tools | 0.1000 | -10.0% |" in text
    assert "Seeds" not in text


def test_ablations_are_differences_to_the_same_budget():
    changed = [run(name, first=9.0, noise=False) for name in ("one template", "uniform sampling")]
    text = page({"books": run()}, [run()], changed, "nox -s bench -- vlm")
    (row,) = [line for line in text.splitlines() if line.startswith("| one template")]
    assert "| 0.0000 | -0.5000 (" in row
    assert "## Seeds, books" in text
    (cold,) = [line for line in text.splitlines() if line.startswith("| reasoner, consulting all | +0.5000 (")]
    assert "| +0.4615 (" in cold
    assert "| +0.5385 (" in cold


def test_a_variant_differs_in_one_thing():
    for name, settings in VARIANTS.items():
        changed = [field for field in settings.__slots__ if getattr(settings, field) != getattr(REASONREC, field)]
        assert len(changed) == (name != "reasonrec")


def test_a_silent_stranger_is_not_named(write_ring, tmp_path):
    data = prepared(write_ring(items=12, users=40), tmp_path)
    examples = asked_for(data, 1)
    lists = np.stack([(examples.targets + step) % data.n_items for step in range(3)], axis=1)
    answers = {name: Ranking(lists, np.tile([3.0, 2.0, 1.0], (len(examples), 1))) for name in (*TOOLS, FUSED)}
    asked = Asked(examples, queries(data, examples), answers)
    rows = list(_consulting(data, asked, replace(REASONREC, strangers=0.5), seed=0))
    assert sorted(row["target"] for row in rows) == sorted(examples.targets.tolist())
    prompts = [str(row["prompt"]) for row in rows]
    assert 0 < sum("stranger says <item_" in prompt for prompt in prompts) < len(prompts)
    assert not any("stranger says nothing" in prompt for prompt in prompts)


def test_every_user_gives_one_example_with_answers(write_ring, tmp_path):
    data = prepared(write_ring(items=12, users=40), tmp_path)
    examples = asked_for(data, 1)
    lists = np.stack([(examples.targets + step) % data.n_items for step in range(3)], axis=1)
    answers = {name: Ranking(lists, np.tile([3.0, 2.0, 1.0], (len(examples), 1))) for name in (*TOOLS, FUSED)}
    asked = Asked(examples, queries(data, examples), answers)
    rows = tuning_rows(data, asked, replace(REASONREC, missing=0.0, alone_every=100), seed=0)
    shown = [row["target"] for row in rows if "item-transition says" in str(row["prompt"])]
    assert sorted(shown) == sorted(examples.targets.tolist())


def test_windows_end_at_drawn_places(write_ring, tmp_path):
    data = prepared(write_ring(items=12, users=40), tmp_path)
    settings = replace(REASONREC, window_draws=5, tools=False)
    nobody = asked_for(data, 1).take(np.arange(0))
    rows = tuning_rows(data, Asked(nobody, queries(data, nobody), {}), settings, seed=0)
    trained = data.sequences(until="train")  # without tools nothing is kept from the windows
    answers = {user: [row["target"] for row in rows if row["user"] == user] for user in range(data.n_users)}
    for user, targets in answers.items():
        assert len(targets) == 5
        assert targets[0] == trained[user][-1]
        assert set(targets) <= set(trained[user][1:].tolist())
    assert np.mean([len(set(targets)) > 1 for targets in answers.values()]) > 0.8


def test_what_the_tools_are_asked_for_is_the_answer_of_no_window(write_ring, tmp_path):
    data = prepared(write_ring(items=12, users=40), tmp_path)
    nobody = asked_for(data, 1).take(np.arange(0))
    empty = {name: Ranking(np.empty((0, 3), np.int64), np.empty((0, 3))) for name in (*TOOLS, FUSED)}
    rows = tuning_rows(data, Asked(nobody, queries(data, nobody), empty), replace(REASONREC, window_draws=3), seed=0)
    trained = data.sequences(until="train")
    assert len(rows) == 3 * data.n_users
    assert all(row["target"] in trained[row["user"]][1:-1] for row in rows)


def test_the_fusion_is_silent_at_times_and_never_anothers():
    lists = np.arange(2000)[:, None]
    shown = _disturbed({"sasrec": lists, "fused": lists}, REASONREC, seed=0)
    silent = {name: (answer < 0).mean() for name, answer in shown.items()}
    wrong = {name: ((answer >= 0) & (answer != lists)).mean() for name, answer in shown.items()}
    assert silent["fused"] == pytest.approx(REASONREC.without_fusion, abs=0.03)
    assert silent["sasrec"] == pytest.approx(REASONREC.missing, abs=0.03)
    assert wrong["fused"] == 0.0
    unfused, others = shown["fused"][:, 0] < 0, (shown["sasrec"] >= 0) & (shown["sasrec"] != lists)
    assert others[~unfused].mean() == pytest.approx(REASONREC.wrong, abs=0.03)
    assert others[unfused].mean() == pytest.approx(REASONREC.wrong_without_fusion, abs=0.06)


def test_disturbed_answers_are_missing_or_anothers_and_lack_the_fusion():
    lists = np.tile(np.arange(2000)[:, None], (1, 2))
    answers = {name: Ranking(lists, np.tile([2.0, 1.0], (2000, 1))) for name in ("sasrec", FUSED)}
    users = np.arange(2000)
    asked = QueryBatch.of(users=users, histories=list(lists), evidence_horizon=np.zeros(2000))
    examples = Examples(users, tuple(lists), lists[:, 0])
    (said,) = disturbed(Asked(examples, asked, answers), seed=0).values()
    assert np.isneginf(said.scores).all(axis=1).mean() == pytest.approx(0.25, abs=0.03)
    assert (said.items != lists).any(axis=1).mean() == pytest.approx(0.3, abs=0.03)
