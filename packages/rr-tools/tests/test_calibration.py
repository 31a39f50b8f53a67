from __future__ import annotations

import numpy as np
import pytest

from rr_tools import InvalidDataError, TrainingData, calibrate_artifact, load_tool, train
from rr_tools.calibration import assess


def queries_of(data, make_queries):
    return make_queries([data.sequence(user).tolist() for user in range(data.n_users)], users=list(range(data.n_users)))


def test_calibration_is_written_and_served(ring, make_ring, make_queries, tmp_path):
    uncalibrated = TrainingData(items=ring.items, offsets=ring.offsets, n_items=ring.n_items)
    folder = train("item-transition", uncalibrated, out=tmp_path / "tool")
    assert load_tool(folder).rank(make_queries([[1]]), 5).confidence is None

    calibrate_artifact(folder, queries_of(ring, make_queries), ring.validation)
    tool, fresh = load_tool(folder), make_ring(seed=1)
    confidence = tool.rank(queries_of(fresh, make_queries), 5).confidence
    hits = assess(tool, queries_of(fresh, make_queries), fresh.validation).ranks <= 5
    assert abs(confidence.mean() - hits.mean()) < 0.15
    assert sorted(path.name for path in folder.iterdir()) == ["card.json", "weights.safetensors"]


@pytest.mark.parametrize("targets", [[1], [1, -1], [1, 20], [0.5, 1.0]])
def test_targets_must_fit_the_queries(transition_artifact, make_queries, targets):
    with pytest.raises(InvalidDataError, match="2 item codes from 0 to 19"):
        calibrate_artifact(transition_artifact, make_queries([[1], [2]]), np.array(targets))


def test_no_queries(transition_artifact, make_queries):
    with pytest.raises(InvalidDataError, match="no queries"):
        calibrate_artifact(transition_artifact, make_queries([]), np.array([], dtype=np.int64))
