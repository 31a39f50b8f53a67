"""One reasoner for three tasks."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

pytest.importorskip("trl")

from recipes.bench import vlm_tasks_run
from recipes.bench.tools_data import prepared
from recipes.bench.vlm_settings import REASONREC
from recipes.bench.vlm_tasks import section
from recipes.bench.vlm_tasks_run import clicked, ranked, tuning_rows
from rr_vlm import VlmReasoner

SETTINGS = replace(REASONREC, steps=2, batch=4, start="nothing")


@pytest.fixture
def data(write_ring, tmp_path):
    return prepared(write_ring(items=24, users=30), tmp_path, candidates=10, negatives=2)


def test_rows_of_all_three_tasks_and_no_more_than_are_drawn(data):
    rows = list(tuning_rows(data, SETTINGS, 0))
    told = [sum(row["task"] == task for row in rows) for task in ("sequential", "direct", "ctr")]
    assert told[0] > 0
    assert told[1:] == [8, 8]


def test_candidates_are_ranked_and_clicks_predicted(data, tmp_path, monkeypatch):
    monkeypatch.setattr(vlm_tasks_run, "trained", lambda *_, **__: tmp_path)
    vlm_tasks_run._tune(data, tmp_path, SETTINGS, 0, tmp_path / "run")
    reasoner = VlmReasoner.load(tmp_path / "run" / "reasoner")
    columns = {**ranked(reasoner, data, 20), **clicked(reasoner, data, 40)}
    for way in ("yes", "distribution"):
        ranks = columns[f"direct|{way}"]
        assert len(ranks) == 20
        assert ((ranks >= 1) & (ranks <= 10)).all()
    assert len(columns["ctr|label"]) == 40
    assert ((columns["ctr|calibrated"] > 0) & (columns["ctr|calibrated"] < 1)).all()
    result = {"command": "python -m it", "rows": 9, "training_seconds": 60.0}
    text = "\n".join(section("ring", result, columns))
    assert "20 test users, 100 stored candidates" in text
    assert "| calibrated on validation clicks | " in text


def test_the_page_tells_how_good_probabilities_are():
    label = np.array([1, 0, 1, 0])
    columns = {"direct|yes": np.array([1.0, np.inf]), "direct|distribution": np.array([2.0, 7.0]), "ctr|label": label}
    columns |= {"ctr|raw": np.array([0.9, 0.8, 0.7, 0.6]), "ctr|calibrated": np.array([0.9, 0.1, 0.8, 0.2])}
    text = "\n".join(section("books", {"command": "it", "rows": 1, "training_seconds": 6.0}, columns))
    assert "| as tuned | 0.7500 | " in text
    assert "| calibrated on validation clicks | 1.0000 | " in text
    assert "| P(yes) | 0.5000 | " in text
